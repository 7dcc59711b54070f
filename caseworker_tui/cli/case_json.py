"""A case as `show --json` prints it."""

from typing import Any

from store.domain.ownership import Branch, Ownership
from store.queries.as_of import CaseThen
from store.queries.assessment import AssessedCase
from store.queries.case_file import (
    AttachmentRow,
)
from store.queries.related import Related, RelatedCase
from store.queries.rows import fields_of


def case_as_json(stands: AssessedCase, others: Related | None, then: CaseThen | None) -> dict[str, Any]:
    """A case file as `caseworker show --json` prints it: the fields of the case, and its parts below them."""
    view, assessed = stands.view, stands.assessed
    return {
        **fields_of(view.case),
        "head": view.head,
        "as_of": then and _then_as_json(then),
        "company": view.company and fields_of(view.company),
        "persons": [fields_of(person) for person in view.persons],
        "beneficial_owners": [fields_of(owner) for owner in view.beneficial_owners],
        "documents": [
            fields_of(document) | {"files": [_file_as_json(file) for file in view.files_of(document)]}
            for document in view.documents
        ],
        "checks": [fields_of(check) for check in view.checks],
        "notes": [fields_of(note) for note in view.notes],
        "assessment": assessed
        and {
            "missing": assessed.missing,
            "risk": fields_of(assessed.risk),
            "ownership": assessed.ownership and _ownership_as_json(assessed.ownership),
        },
        "related": others and [_related_as_json(other) for other in others.cases],
        "related_more": others
        and [{"name": more.party.name, "cases": more.cases, "at_least": more.at_least} for more in others.more],
    }


def _related_as_json(other: RelatedCase) -> dict[str, Any]:
    case = other.case
    return {
        "case_id": case.case_id,
        "reference": case.reference,
        "traitement_type": case.traitement_type,
        "case_type": case.case_type,
        "status": case.status,
        "name": case.name,
        "risk": case.risk,
        "certainty": other.certainty,
        "links": [
            {
                "name": link.ours.name,
                "roles": link.ours.roles,
                "name_there": link.theirs.name,
                "roles_there": link.theirs.roles,
                "certainty": link.likeness.certainty,
                "reason": link.likeness.reason,
            }
            for link in other.links
        ],
    }


def _then_as_json(then: CaseThen) -> dict[str, Any]:
    entry = then.entry
    return {
        "version": entry.version,
        "versions": then.versions,
        "commit_id": entry.commit_id,
        "recorded_at": entry.recorded_at,
        "actor": entry.actor,
        "changes": then.changes,
    }


def _ownership_as_json(ownership: Ownership) -> dict[str, Any]:
    confirmed = ownership.confirmation
    return {
        **fields_of(ownership.rule),
        "tree": [_branch_as_json(branch) for branch in ownership.branches],
        "candidates": [{**each.model_dump(mode="json"), "over": each.over} for each in ownership.candidates],
        "officials": [fields_of(official) for official in ownership.officials],
        "doubts": [fields_of(doubt) for doubt in ownership.doubts],
        "confirmed": confirmed
        and {
            "owner_ids": confirmed.owner_ids,
            "senior_managing_official": confirmed.senior_managing_official,
            "names": confirmed.names,
            "outdated": ownership.outdated,
        },
    }


def _branch_as_json(branch: Branch) -> dict[str, Any]:
    """The fields of a branch. A band becomes two fields, which are null if there is none."""
    fields = fields_of(branch)
    for name in ("share", "indirect", "effective"):
        band = fields.pop(name)
        fields |= {f"{name}_minimum": band and band.minimum, f"{name}_maximum": band and band.maximum}
    return fields


def _file_as_json(file: AttachmentRow) -> dict[str, Any]:
    fields = fields_of(file)
    del fields["document_requirement_id"]  # it stands within its document
    return fields
