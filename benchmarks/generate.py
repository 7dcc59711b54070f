"""Realistic case files, as many as wanted: `python -m benchmarks.generate [PATH] --cases N --seed S`.

Every case comes out of commands, as if people had worked it over the last two years: most are decided, some wait for
the client, for a colleague or for anybody at all. The same seed and day give the same log.
"""

import random
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import click

from benchmarks.names import ROLES, Names
from caseworker_tui.cli.printing import progress_bar, say
from caseworker_tui.text.numbers import number_of
from sample_data.courses import ADDRESS, ALL_CLEAR, IN_ORDER
from store.domain import commands as c
from store.domain.case_file import CaseFile, Document
from store.domain.decider import INITIAL, decide, fold
from store.domain.document_rules import DOCUMENT_RULES
from store.domain.identifiers import time_ordered_id
from store.domain.operation import Context
from store.domain.rules import Rules
from store.domain.statuses import CheckKind, Decision, DocumentStatus, RejectionReason, RiskLevel, TraitementType
from store.engine.case_store import CaseStore
from store.errors import StoreError
from store.log.read import last_position

SPAN: Final = timedelta(days=730)

STAFF: Final = (
    *("ana.ruiz", "ben.osei", "chiara.conti", "dario.lund", "emeka.obi", "freya.holm", "goran.ilic", "hana.sato"),
    *("ines.rocha", "jonas.weber", "karim.nasser", "lena.vogt", "mira.shah", "nils.berg", "olga.petrova"),
)
TAGS: Final = ("reminded", "vip", "pep", "urgent", "translation", "senior-sign-off", "fraud-suspicion", "sanctions")
CASE_TYPES: Final = ("STANDARD", "ONBOARDING", "PERIODIC_REVIEW", "ENHANCED_DUE_DILIGENCE")
NOTES: Final = (
    "Wrote to the client about the documents that are missing; reminder in a week.",
    "The client called: the statement of the bank comes by post.",
    "Asked where the first deposit comes from: the sale of a flat, the contract is on its way.",
    "Spoke with the compliance officer: no further documents are asked for.",
)
FILE_NAMES: Final = ("scan.pdf", "IMG_2041.jpg", "passport.pdf", "document (1).pdf", "utility-bill.pdf")


class Shape(NamedTuple):
    """`endings` is what becomes of how many in a hundred cases, if there is time; `companies`, how many are one's. What
    need not be done is done `often` as often as in ordinary cases. So many cases are a `stretch`, worked in one
    transaction of about 2,000 commands: all that happens to them happens there, in order of time."""

    rules: Rules
    stretch: int
    endings: Mapping[str, int]
    companies: float
    often: float


ORDINARY: Final = Shape(
    Rules(),
    stretch=125,
    endings={
        "approved": 68,
        "rejected": 6,
        "withdrawn": 6,
        "reopened": 3,
        "proposed": 3,
        "returned": 2,
        "waiting": 5,
        "in work": 5,
        "untouched": 2,
    },
    companies=0.3,
    often=1.0,
)

LIGHT: Final = Shape(
    Rules(documents=tuple(each for each in DOCUMENT_RULES if each.rule_id == "kyb-company-articles"), version="light"),
    stretch=500,
    endings={"approved": 12, "rejected": 3, "withdrawn": 65, "proposed": 3, "waiting": 6, "in work": 7, "untouched": 4},
    companies=0.15,
    often=0.15,
)
"""So little happens to these that a million of them are made in minutes, and fit on a laptop."""

NEEDS_DOCUMENTS: Final = frozenset({"approved", "reopened", "proposed", "returned"})

Work = Iterator[tuple[str, c.Command]]
"""Who does what, in order."""


class Deed(NamedTuple):
    at: datetime
    actor: str
    command: c.Command
    command_id: str


def generate(
    path: Path,
    *,
    cases: int,
    seed: int,
    until: datetime,
    shape: Shape = ORDINARY,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Make a database of so many cases, opened evenly over the two years before `until`: the number of its events.

    Raises `NotEmpty`, or a `store.errors.StoreError`.
    """
    names = Names(random.Random(seed))
    at = until
    with CaseStore.open(path, clock=lambda: at, device="generator", rules=shape.rules) as store:
        if store.query(last_position):
            raise NotEmpty(f"{path} holds cases already: name a file that does not exist yet.")
        for first in range(0, cases, shape.stretch):
            numbers = range(first, min(first + shape.stretch, cases))
            begins = [until - SPAN + SPAN * (number + 1) / (cases + 1) for number in numbers]
            deeds = [deed for begin in begins for deed in _life(names, shape, begin, until)]
            with store.batch():
                for deed in sorted(deeds, key=lambda deed: deed.at):
                    at = deed.at
                    store.execute(deed.command, command_id=deed.command_id, actor=deed.actor)
            progress(numbers.stop, cases)
        return store.query(last_position)


def kept(folder: Path, cases: int) -> Path:
    """The database of so many light cases in a folder, made there unless it is there: what sizes are compared on."""
    path = folder / f"cases-{cases}.sqlite3"
    if not path.exists():
        with (
            TemporaryDirectory(prefix="generate-", dir=folder) as passing,
            progress_bar(f"Working {number_of(cases, 'case')}") as progress,
        ):
            made = Path(passing) / path.name
            generate(made, cases=cases, seed=1, until=datetime.now(UTC), shape=LIGHT, progress=progress)
            made.rename(path)
    return path


class NotEmpty(Exception):
    """The database to be made is there already, and holds something."""


def _life(names: Names, shape: Shape, begin: datetime, until: datetime) -> Iterator[Deed]:
    """All that happens to a case up to `until`: hours or days lie between one deed and the next."""
    chance = names.chance
    command_id = _command_id(chance, begin)
    create = opening(names, shape)
    yield Deed(begin, "intake", create, command_id)
    context = Context(command_id, shape.rules, "intake", begin.date())
    case = fold(new_event.payload for new_event in decide(INITIAL, create, context))
    at, pace = begin, chance.choice((4, 12, 30, 60))
    for actor, command in _work(names, shape, case, begin, until):
        at += timedelta(hours=chance.expovariate(1 / pace))
        if at > until:
            return
        yield Deed(at, actor, command, _command_id(chance, at))


def _command_id(chance: random.Random, at: datetime) -> str:
    return time_ordered_id(at, chance.randbytes(10))


def opening(names: Names, shape: Shape) -> c.CreateCase:
    chance, country = names.chance, names.country()
    client_id, case_type = f"C-{chance.randrange(10**7):07}", names.mostly_first(CASE_TYPES)
    if chance.random() < shape.companies:
        persons = tuple(names.person(country, role) for role in chance.sample(ROLES, chance.choice((1, 1, 2, 3))))
        return c.CreateCase(
            client_id=client_id,
            traitement_type=TraitementType.KYB,
            case_type=case_type,
            persons=persons,
            company_profile=names.company(country),
            beneficial_owners=names.owners(country, persons),
        )
    persons = tuple(names.person(country) for _ in range(chance.choice((1,) * 9 + (2,))))
    return c.CreateCase(client_id=client_id, traitement_type=TraitementType.KYC, case_type=case_type, persons=persons)


def _work(names: Names, shape: Shape, case: CaseFile, begin: datetime, until: datetime) -> Work:
    chance = names.chance
    [ending] = chance.choices([*shape.endings], [*shape.endings.values()])
    if ending == "untouched":
        return
    case_id, actor = case.case_id, names.mostly_first(STAFF)
    colleague = chance.choice([person for person in STAFF if person != actor])
    if chance.random() < max(0.5, shape.often):
        yield actor, c.AssignCase(case_id=case_id, assignee=actor)
    if chance.random() < 0.7 * shape.often:
        last = begin if ending in {"approved", "rejected", "withdrawn"} else until
        due = last.date() + timedelta(days=chance.randint(-10, 60) if last is until else chance.randint(30, 60))
        yield actor, c.SetDueDate(case_id=case_id, due_date=due.isoformat())
    if chance.random() < 0.25 * shape.often:
        yield actor, c.TagCase(case_id=case_id, tag=names.mostly_first(TAGS))
    if chance.random() < 0.6 * shape.often:
        yield actor, c.AddNote(case_id=case_id, text=chance.choice(NOTES))
    for document in case.documents.values():
        yield from _documents(chance, document, actor, to_the_end=ending in NEEDS_DOCUMENTS)
    if chance.random() < shape.often:
        yield from _checks(chance, case, actor)
    if chance.random() < 0.8 * shape.often:
        [level] = chance.choices(tuple(RiskLevel), (60, 30, 10))
        yield actor, c.RateRisk(case_id=case_id, level=level, reason="By products, countries and origin of funds.")
    yield from _ending(ending, case_id, actor, colleague)


def _documents(chance: random.Random, document: Document, actor: str, *, to_the_end: bool) -> Work:
    """Most come in and are verified; some are rejected first; a few are done without."""

    def move(status: DocumentStatus, **more: object) -> c.UpdateDocumentStatus:
        return c.UpdateDocumentStatus.model_validate(
            {"document_requirement_id": document.document_requirement_id, "new_status": status, **more}
        )

    course = chance.random()
    if course < 0.03:
        yield actor, move(DocumentStatus.NOT_APPLICABLE, reason="On file from an earlier case.")
        return
    if course < 0.4 and not to_the_end:
        return
    yield actor, move(DocumentStatus.UPLOADED, metadata={"file_name": chance.choice(FILE_NAMES)})
    if chance.random() < 0.12:
        yield actor, move(DocumentStatus.REJECTED, reason_code=chance.choice(tuple(RejectionReason)))
        if not to_the_end:
            return
        yield actor, move(DocumentStatus.UPLOADED)
    if course < 0.6 and not to_the_end:
        return
    if chance.random() < 0.4:
        yield "document-check", move(DocumentStatus.VERIFIED_SYSTEM, metadata={"confidence": 0.97})
    else:
        yield actor, move(DocumentStatus.VERIFIED_MANUAL)


def _checks(chance: random.Random, case: CaseFile, actor: str) -> Work:
    party = next(iter(case.entities))
    for model, fields in (*ALL_CLEAR, ADDRESS):
        if chance.random() < 0.7:
            of_case = fields["kind"] == CheckKind.ADVERSE_MEDIA
            entity = {} if of_case else {"entity_id": party}
            yield actor, model.model_validate({"case_id": case.case_id, **fields, **entity})


def _ending(ending: str, case_id: str, actor: str, colleague: str) -> Work:
    match ending:
        case "withdrawn":
            yield actor, c.WithdrawCase(case_id=case_id, reason="The client no longer wants the account.")
        case "waiting":
            yield actor, c.AwaitClient(case_id=case_id, reason="Asked for the missing documents by letter.")
        case "rejected":
            reason = "The client leaves unanswered where the money comes from."
            yield actor, c.ProposeDecision(case_id=case_id, decision=Decision.REJECT, reason=reason)
            yield colleague, c.ApproveDecision(case_id=case_id)
        case "approved" | "proposed" | "returned" | "reopened":
            model, fields = IN_ORDER
            yield actor, model.model_validate({"case_id": case_id, **fields})
            if ending == "returned":
                yield colleague, c.ReturnDecision(case_id=case_id, reason="The origin of funds is not on file: ask.")
            elif ending != "proposed":
                yield colleague, c.ApproveDecision(case_id=case_id)
            if ending == "reopened":
                yield actor, c.ReopenCase(case_id=case_id, reason="The client has told us of a new address.")


def _in_this_century(_: click.Context, __: click.Parameter, day: datetime | None) -> datetime | None:
    if day is not None and not 2003 <= day.year < 2100:  # ids keep times from 1970 on, and two years lie before it
        raise click.BadParameter("name a day from 2003 to 2099.")
    return day


@click.command("python -m benchmarks.generate")
@click.argument("path", type=click.Path(path_type=Path), default=Path("generated.sqlite3"))
@click.option("--cases", metavar="N", type=click.IntRange(1), default=10_000, show_default=True, help="How many.")
@click.option("--seed", metavar="S", type=int, default=1, show_default=True, help="Another seed makes other cases.")
@click.option(
    "--until",
    metavar="DAY",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_in_this_century,
    help="Where the two years end; now, if not given.",
)
@click.option("--light", is_flag=True, help="Cases to which little happens, for a million of them.")
def main(path: Path, cases: int, seed: int, until: datetime | None, *, light: bool) -> None:
    """Make a database of realistic cases at PATH, which must not hold any yet; generated.sqlite3 unless given.

    \b
    python -m benchmarks.generate big.sqlite3 --cases 100000
    caseworker --db big.sqlite3
    """
    end = (until or datetime.now(UTC)).replace(tzinfo=UTC)
    shape = LIGHT if light else ORDINARY
    try:
        with progress_bar("Working cases") as progress:
            events = generate(path, cases=cases, seed=seed, until=end, shape=shape, progress=progress)
    except (NotEmpty, StoreError) as trouble:
        say(str(trouble))
        sys.exit(1)
    say(f"{number_of(cases, 'case')} with {number_of(events, 'event')} in {path}.")


if __name__ == "__main__":
    main()
