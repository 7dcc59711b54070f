"""commands.jsonl: how the cases in messages.jsonl are worked: assigned, their documents moved, checked and decided.

Every command is tried on its case in memory first, so that none can be refused when the file is executed.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from sample_data.courses import BY_A_COLLEAGUE, COURSES, Course, Stage
from sample_data.parts import Json, day, known, latin
from store.domain.case_file import CaseFile, Document
from store.domain.commands import AssignCase, ConfirmBeneficialOwners, CreateCase, RecordCheck, UpdateDocumentStatus
from store.domain.decider import INITIAL, decide, evolve, fold
from store.domain.document_rules import EntityType
from store.domain.identifiers import content_id, derive_id
from store.domain.operation import Command, Context
from store.domain.ownership import Ownership, ownership_of
from store.domain.rules import Rules
from store.domain.statuses import ADVERSE, DONE, CheckKind, CheckOutcome, DocumentStatus, Over, RejectionReason

TODAY: Final = date(2026, 1, 1)
"""Any day would do: only the day of the next review follows from it, and that is no part of a command."""

Step: TypeAlias = DocumentStatus | RejectionReason
"""A move of a document to a status; a rejection reason stands for REJECTED with that reason."""

CASEWORKERS: Final = ("ana.ruiz", "ben.osei", "chiara.conti")
AUTOMATIC_CHECK: Final = "document-check"

_S, _R = DocumentStatus, RejectionReason
PATHS: Final[Mapping[str, tuple[Step, ...]]] = {
    "wait": (),
    "upload": (_S.UPLOADED,),
    "manual": (_S.UPLOADED, _S.VERIFIED_MANUAL),
    "system": (_S.UPLOADED, _S.VERIFIED_SYSTEM),
    "second look": (_S.UPLOADED, _S.VERIFIED_SYSTEM, _S.VERIFIED_MANUAL),
    "sent back": (_S.UPLOADED, _S.AWAITING_UPLOAD),
    "doubted": (_S.UPLOADED, _S.VERIFIED_MANUAL, _S.UPLOADED),
    "mended": (_S.UPLOADED, _R.BAD_IMAGE, _S.UPLOADED, _S.VERIFIED_MANUAL),
    "waived": (_S.NOT_APPLICABLE,),
} | {reason.value: (_S.UPLOADED, reason) for reason in RejectionReason}

KYC_PLANS: Final[tuple[tuple[str, ...], ...]] = (
    *(("wait",),) * 9,
    *(("upload", "wait"),) * 4,
    *(("upload",),) * 3,
    ("manual", "upload"),
    ("system", "upload"),
    ("system", "doubted", "wait"),
    ("BAD_IMAGE", "upload"),
    ("manual", "PAGE_MISSING"),
    ("EXPIRED", "wait"),
    ("WRONG_NAME", "manual"),
    ("ALTERED", "system"),
    ("WATCH_LISTED", "wait"),
    ("mended", "manual"),
    ("sent back", "upload"),
    ("waived", "manual"),
    ("system", "manual"),
    ("second look", "manual"),
)
"""How the documents of each case are worked, in their order; the last path goes for all that remain."""

KYB_PLANS: Final[tuple[tuple[str, ...], ...]] = (
    *(("wait",),) * 3,
    ("upload", "upload", "wait"),
    ("system", "upload", "upload", "wait"),
    ("manual", "manual", "upload"),
    ("system", "PAGE_MISSING", "upload", "wait"),
    ("EXPIRED", "BAD_IMAGE", "WRONG_NAME", "upload"),
    ("system", "manual", "ALTERED", "wait"),
    ("system", "waived", "manual"),
    ("system", "manual"),
    ("second look", "mended", "system"),
)
WAIVERS: Final = {
    "PASSPORT": "The client holds no passport; the national identity card was accepted.",
    "ARTICLES_OF_ASSOCIATION": "The articles are part of the register extract that is on file.",
}
SENTENCES: Final[Mapping[Step, str]] = {
    _S.AWAITING_UPLOAD: "The file could not be opened; the client was asked for it again.",
    _S.UPLOADED: "Verified against the wrong address; to be looked at again.",
    _R.PAGE_MISSING: "The second page was not sent.",
    _R.WRONG_NAME: "The family name on the document is another one than on record.",
    _R.ALTERED: "The date of issue is in another typeface than the rest of the page.",
    _R.WATCH_LISTED: "The number is on the issuer's list of stolen documents.",
}


@dataclass
class Preferences:
    """A case, who works it, and what is still to be done to each document."""

    case: CaseFile
    actor: str
    paths: dict[str, tuple[Step, ...]]

    @property
    def stage(self) -> Stage:
        """How far the documents will have come in the end."""
        last = [path[-1] if path else None for path in self.paths.values()]
        if not any(last):
            return Stage.UNTOUCHED
        if ADVERSE & set(last):
            return Stage.DOUBTFUL
        return Stage.DONE if DONE.issuperset(last) else Stage.IN_WORK


def commands(rng: random.Random, intake: Sequence[Json]) -> Iterator[Json]:
    """Who has which case; the first move of every document, then every second one, and so on; then case by case what
    else happens to it."""
    plans = {
        "KYC": rng.sample(KYC_PLANS, len(KYC_PLANS)),
        "KYB": rng.sample(KYB_PLANS, len(KYB_PLANS)),
    }
    desks = [_desk(message, plans[message["traitement_type"]].pop(), rng.choice(CASEWORKERS)) for message in intake]
    courses = {stage: iter(those) for stage, those in COURSES.items()}
    led = [(desk, course) for desk in desks if (course := next(courses[desk.stage], None)) is not None]
    for desk, _ in led:
        case_id = desk.case.case_id
        data = {"case_id": case_id, "assignee": desk.actor}
        yield _give(desk, AssignCase, data, derive_id(case_id, "sample/AssignCase"), desk.actor)
    for turn in range(max(map(len, PATHS.values()))):
        for desk in desks:
            for document_id, path in desk.paths.items():
                if turn < len(path):
                    yield _move(rng, desk, document_id, turn)
    for desk, course in led:
        yield from _lead(desk, course)


def case_of(message: Json) -> CaseFile:
    """The case file that this message opens: its ids follow from the message's id."""
    fields = {key: value for key, value in message.items() if key not in {"message_id", "version", "type"}}
    command = CreateCase.model_validate(fields | {"case_type": message["type"]})
    command_id = content_id("message", message["message_id"])
    return fold(
        new_event.payload for new_event in decide(INITIAL, command, Context(command_id, Rules(), "intake", TODAY))
    )


def _desk(message: Json, plan: Sequence[str], actor: str) -> Preferences:
    case = case_of(message)
    names = [*plan, *(plan[-1],) * len(case.documents)]
    return Preferences(case, actor, {key: PATHS[name] for key, name in zip(case.documents, names, strict=False)})


def _move(rng: random.Random, desk: Preferences, document_id: str, turn: int) -> Json:
    document = desk.case.documents[document_id]
    step = desk.paths[document_id][turn]
    status = step if isinstance(step, DocumentStatus) else DocumentStatus.REJECTED
    code = step if isinstance(step, RejectionReason) else None
    data = known(
        document_requirement_id=document_id,
        old_status=document.status.value,
        new_status=status.value,
        reason=_reason(document, step),
        reason_code=code.value if code else None,
        metadata=_metadata(rng, document, step),
    )
    actor = AUTOMATIC_CHECK if status is DocumentStatus.VERIFIED_SYSTEM else desk.actor
    return _give(desk, UpdateDocumentStatus, data, derive_id(document_id, f"sample/{turn}/{step}"), actor)


def _lead(desk: Preferences, course: Course) -> Iterator[Json]:
    """What the course says, with the ids of this case. A check that is clear was made of everybody whom it is about,
    any other of the first of them."""
    case_id = desk.case.case_id
    if desk.stage is Stage.DONE and (ownership := ownership_of(desk.case, Rules().ownership)):
        yield _give(
            desk, ConfirmBeneficialOwners, _confirmed(case_id, ownership), derive_id(case_id, "ubo"), desk.actor
        )
    colleague = CASEWORKERS[CASEWORKERS.index(desk.actor) - 1]
    for number, (model, fields) in enumerate(course):
        actor = colleague if model in BY_A_COLLEAGUE else desk.actor
        parties = _parties(desk.case, fields) if model is RecordCheck else [None]
        for entity_id in parties:
            key = f"sample/{number}/{model.__name__}/{entity_id or 'case'}"
            data = known(case_id=case_id, **fields, entity_id=entity_id)
            yield _give(desk, model, data, derive_id(case_id, key), actor)


def _confirmed(case_id: str, ownership: Ownership) -> Json:
    """Whoever certainly is a beneficial owner; where nobody is, the first with a role in the company stands in."""
    certain = [each for each in ownership.candidates if each.over is Over.CERTAINLY]
    data: Json = {"case_id": case_id, "owner_ids": [owner_id for each in certain for owner_id in each.owner_ids]}
    if not certain:
        data["senior_managing_official"] = ownership.officials[0].person_id
    if ownership.departs(certain):
        data["reason"] = "The register of shareholders was seen, and names nobody else."
    return data


def _parties(case: CaseFile, check: Mapping[str, str]) -> Sequence[str | None]:
    """Whom a check is about: the press is searched for the case as a whole, companies are on no list but sanctions."""
    if check["kind"] == CheckKind.ADVERSE_MEDIA:
        return [None]
    asked = set(EntityType) if check["kind"] == CheckKind.SANCTIONS else {EntityType.PERSON}
    parties = [entity.entity_id for entity in case.entities.values() if entity.entity_type in asked]
    return parties if check["outcome"] == CheckOutcome.CLEAR else parties[:1]


def _give(desk: Preferences, model: type[Command], data: Json, command_id: str, actor: str) -> Json:
    """The line of a command, once its case has taken it."""
    for new_event in decide(desk.case, model.model_validate(data), Context(command_id, Rules(), actor, TODAY)):
        desk.case = evolve(desk.case, new_event.payload)
    return {"command": model.__name__, "command_id": command_id, "actor": actor, "data": data}


def _reason(document: Document, step: Step) -> str | None:
    if step is DocumentStatus.NOT_APPLICABLE:
        return WAIVERS[document.document_type]
    if step is DocumentStatus.UPLOADED and not _was_verified(document):
        return None
    return SENTENCES.get(step)


def _was_verified(document: Document) -> bool:
    return document.status is DocumentStatus.VERIFIED_MANUAL


def _metadata(rng: random.Random, document: Document, step: Step) -> Json | None:
    """What is known of the file: most uploads name it, and a passport says when it expires."""
    if step is RejectionReason.EXPIRED:
        return {"expires_on": day(rng, 2023, 2024)}
    if step is DocumentStatus.VERIFIED_SYSTEM:
        return {"confidence": round(rng.uniform(0.91, 0.99), 2)}
    if step is not DocumentStatus.UPLOADED or _was_verified(document) or rng.random() < 0.2:
        return None
    words = filter(None, (latin(document.document_type), latin(document.entity.name)))
    metadata: Json = {"file_name": "-".join(words) + rng.choice((".pdf", ".jpg"))}
    if document.document_type.startswith("PASSPORT"):
        metadata["expires_on"] = day(rng, 2027, 2034)
    return metadata
