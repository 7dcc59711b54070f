"""The parties of a case as text: the company, who owns and controls it, and its people."""

from rich.cells import cell_len
from textual.content import Content

from caseworker_tui.case.blocks import Lines, heading, joined, table
from caseworker_tui.text.ownership import TreeLine, confirmation, controls, party_names, proposal, share, tree_lines
from caseworker_tui.text.wording import (
    country,
    fit,
)
from store.domain.ownership import Ownership
from store.domain.values import Directness, words
from store.queries.assessment import AssessedCase
from store.queries.case_file import CaseFileView, CompanyRow, OwnerRow, PersonRow
from store.queries.related import Related


def parties(stands: AssessedCase, others: Related | None, width: int, *, past: bool) -> Content:
    """All parties of a case with all that is known of them: the tree of owners, at most `width` cells wide, the people
    and the owners."""
    view, assessed = stands.view, stands.assessed
    current = [owner for owner in view.beneficial_owners if owner.ended_on is None]
    ended = [owner for owner in view.beneficial_owners if owner.ended_on is not None]
    names = party_names(view.beneficial_owners)
    return joined(
        *(_ownership(view, assessed.ownership, width, past=past) if assessed and assessed.ownership else ()),
        *heading(f"People ({len(view.persons)})", first=not (assessed and assessed.ownership)),
        *([line for person in view.persons for line in _person(person, others)] or [Content("Nobody is named.")]),
        *(_owners("Owners", current, names, others) if view.company else ()),
        *(_owners("Former owners", ended, names, others) if ended else ()),
    )


def company(company: CompanyRow, others: Related | None) -> Lines:
    address = ", ".join(
        part
        for part in (
            company.street,
            company.city,
            company.state_province,
            company.postal_code,
            country(company.country),
        )
        if part
    )
    yield from heading("Company")
    yield from table(
        ("Name", company.registered_name),
        ("Trading as", company.trading_name),
        ("Number", company.registration_number or "not known"),
        ("LEI", company.lei),
        ("Registered", company.registration_date),
        ("Incorporated", country(company.country_of_incorporation)),
        ("Address", address),
        ("Legal form", company.legal_form),
        ("Business", company.business_type),
        ("Sector", company.industry_sector),
        ("Also in", _elsewhere(company.company_id, others)),
    )


def _person(person: PersonRow, others: Related | None) -> Lines:
    yield Content.assemble(
        (f"{person.firstname} {person.lastname}", "bold"),
        (f"  {person.role_in_company}" if person.role_in_company else "", "dim"),
    )
    yield from table(
        ("  Born", person.birthdate or "not known"),
        ("  Nationality", country(person.nationality)),
        ("  Lives in", country(person.country_of_residence)),
        ("  E-mail", person.email),
        ("  Also in", _elsewhere(person.person_id, others)),
    )


def _ownership(view: CaseFileView, ownership: Ownership, width: int, *, past: bool) -> Lines:
    """The tree of owners, the beneficial owners, and the doubts."""
    beneficial = {owner.owner_id for owner in view.beneficial_owners if owner.is_ubo}
    yield from heading(f"Ownership of {view.case.name}", first=True)
    yield from _tree(tree_lines(ownership, beneficial, controls(view.beneficial_owners)), width)
    yield from heading(f"Beneficial owners ({ownership.rule}, or control)")
    yield from map(Content, proposal(ownership))
    yield confirmation_line(ownership, past=past)
    if ownership.doubts:
        yield from heading(f"In doubt ({len(ownership.doubts)})")
        yield from (Content(f"! {doubt.sentence}") for doubt in ownership.doubts)


def confirmation_line(ownership: Ownership, *, past: bool) -> Content:
    key = "b changes that." if ownership.confirmation else "b confirms it."
    return Content(confirmation(ownership) if past else f"{confirmation(ownership)} {key}")


def not_yet(what: str, keys: str, *, past: bool) -> Content:
    """A sentence on something that is missing, with the keys that add it to a case of today."""
    return Content(f"{what}." if past else f"{what} yet: {keys}.")


def _tree(lines: list[TreeLine], width: int) -> Lines:
    """Two columns of figures, and the tree in the cells that are left. A name that does not fit ends in an ellipsis."""
    if not lines:
        yield Content("Nobody is stated.")
        return
    shares = min(max(cell_len(text) for text in ("Share", *(line.share for line in lines))), 20)
    in_all = max(cell_len(text) for text in ("In all", *(line.in_all for line in lines)))
    rest = width - shares - in_all - 4
    yield Content.styled(f"{'Share':<{shares}}  {'In all':<{in_all}}", "dim")
    for line in lines:
        remark = f"  {line.remark}" if line.remark else ""
        room = max(rest - cell_len(line.lines) - cell_len(remark), 10)
        name = fit(line.name, min(room, cell_len(line.name)))
        yield Content.assemble(
            f"{fit(line.share, shares)}  {fit(line.in_all, in_all)}  ",
            (line.lines, "dim"),
            name,
            (fit(remark, min(cell_len(remark), max(rest - cell_len(line.lines) - cell_len(name), 0))), "$text-warning"),
        )


def _owners(title: str, owners: list[OwnerRow], names: dict[str, str], others: Related | None) -> Lines:
    yield from heading(f"{title} ({len(owners)})")
    if not owners:
        yield Content("Nobody is stated.")
    for owner in owners:
        through = f" in {names.get(owner.held_in, owner.held_in)}" if owner.held_in else ""
        yield Content.assemble(
            (owner.name, "bold"),
            f"  {share(owner)}{through}",
            ("  beneficial owner" if owner.is_ubo else "", "$text-warning"),
        )
        yield from table(
            ("  Kind", _kind(owner)),
            ("  Control", ", ".join(words(control) for control in owner.types_of_control) or None),
            ("  Why unnamed", owner.unspecified_details),
            ("  Born", owner.birthdate),
            ("  Country", country(owner.country)),
            ("  Number", owner.registration_number),
            ("  LEI", owner.lei),
            ("  Ended", owner.ended_on),
            ("  Also in", _elsewhere(owner.person_id or owner.party or owner.owner_id, others)),
            ("  Stated by", ", as of ".join(part for part in (owner.source, owner.as_of) if part) or None),
        )


def _kind(owner: OwnerRow) -> str:
    return owner.kind if owner.directness is Directness.UNKNOWN else f"{owner.kind}, {owner.directness} interest"


def _elsewhere(party_id: str, others: Related | None) -> str | None:
    """The number of other cases of a party, in words. It is None if there are none, or if they are not known."""
    theirs = others and others.of_party(party_id)
    return theirs.in_words() if theirs and theirs.cases else None
