"""Documents: which are asked for, how each moves through its statuses, its files, and when it expires."""

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import JsonValue

from store.domain.case_file import CaseFile, Document, Entity
from store.domain.commands import (
    NO_DATE,
    AttachFile,
    DetermineInitialDocumentRequirements,
    RequestDocument,
    SetDocumentExpiry,
    UpdateDocumentStatus,
    WaiveDocument,
)
from store.domain.decisions.basis import (
    Context,
    Fact,
    Rules,
    capitalised,
    document_name,
    either,
    stale,
    unknown_document,
)
from store.domain.document_rules import rules_for
from store.domain.events import (
    DocumentExpirySet,
    DocumentRequirementDetermined,
    DocumentStatusUpdated,
    FileAttached,
)
from store.domain.identifiers import derive_id
from store.domain.refusals import Refusal
from store.domain.statuses import DOCUMENT_MOVES, DocumentStatus, Reason, RejectionReason, label


def determine_documents(case: CaseFile, _: DetermineInitialDocumentRequirements, context: Context) -> Iterator[Fact]:
    yield from missing_documents(case, context.rules)


def missing_documents(case: CaseFile, rules: Rules) -> Iterator[Fact]:
    """What the rules ask of this case and it does not list yet."""
    for entity in case.entities.values():
        for rule in rules_for(rules.documents, case.traitement_type, case.case_type, entity.entity_type):
            yield from _asked_for(
                case, entity, rule.document_type, rule.rule_id, rule.sentence, is_required=rule.is_required
            )


def no_longer_asked(case: CaseFile, rules: Rules) -> Iterator[Document]:
    """What rules once asked of the parties of this case, and these rules do not."""
    for document in case.documents.values():
        entity = case.entities.get(document.entity.entity_id)
        if entity is None or document.rule_id == REQUESTED or document.status is DocumentStatus.NOT_APPLICABLE:
            continue
        asked = rules_for(rules.documents, case.traitement_type, case.case_type, entity.entity_type)
        if document.document_type not in {rule.document_type for rule in asked}:
            yield document


def request_document(case: CaseFile, command: RequestDocument, _: Context) -> Iterator[Fact]:
    entity = entity_of(case, command.entity_id)
    asked = list(_asked_for(case, entity, command.document_type, REQUESTED, command.reason))
    if not asked:
        raise Refusal(
            "document_exists",
            f"The case asks for {_spoken(command.document_type, entity)} already: move that one to another status.",
        )
    yield from asked


REQUESTED: Final = "requested"
"""Stands for the rule where a person asked for a document beyond the rules."""


def entity_of(case: CaseFile, entity_id: str) -> Entity:
    """The company or person with this id. Raises `Refusal` when the case has none."""
    entity = case.entities.get(entity_id)
    if entity is None:
        known = (
            either(f"{each.name} ({each.entity_id})" for each in case.entities.values()) if case.entities else "none"
        )
        raise Refusal("unknown_entity", f"The case has no person or company with the id {entity_id}; it has {known}.")
    return entity


def _asked_for(
    case: CaseFile, entity: Entity, document_type: str, rule_id: str, rule: str, *, is_required: bool = True
) -> Iterator[Fact]:
    requirement_id = document_requirement_id(case.case_id, entity, document_type)
    if requirement_id not in case.documents:
        yield Fact(
            case.case_id,
            DocumentRequirementDetermined(
                case_id=case.case_id,
                document_requirement_id=requirement_id,
                document_type=document_type,
                entity_type=entity.entity_type,
                entity_id=entity.entity_id,
                entity_name=entity.name,
                is_required=is_required,
                status=DocumentStatus.AWAITING_UPLOAD,
                rule_id=rule_id,
                rule=rule,
            ),
        )


def document_requirement_id(case_id: str, entity: Entity, document_type: str) -> str:
    """Two laptops that ask for the same document of the same entity mean the same requirement."""
    return derive_id(case_id, f"document/{entity.entity_id}/{document_type}")


def update_document_status(case: CaseFile, command: UpdateDocumentStatus, _: Context) -> Iterator[Fact]:
    document = _document(case, command.document_requirement_id, command.old_status)
    _check_move(document, command)
    yield moved(
        case,
        document,
        command.new_status,
        reason=command.reason,
        reason_code=command.reason_code,
        metadata=command.metadata,
    )


def waive_document(case: CaseFile, command: WaiveDocument, context: Context) -> Iterator[Fact]:
    yield from update_document_status(
        case,
        UpdateDocumentStatus(
            document_requirement_id=command.document_requirement_id,
            new_status=DocumentStatus.NOT_APPLICABLE,
            old_status=command.old_status,
            reason=command.reason,
        ),
        context,
    )


def attach_file(case: CaseFile, command: AttachFile, _: Context) -> Iterator[Fact]:
    document = _document(case, command.document_requirement_id, command.old_status)
    if command.sha256 in document.files:
        raise Refusal(
            "nothing_changes", f"This very content is attached to {document_name(document)} already, by whatever name."
        )
    attached = FileAttached(
        case_id=case.case_id,
        document_requirement_id=document.document_requirement_id,
        document_type=document.document_type,
        entity_id=document.entity.entity_id,
        entity_name=document.entity.name,
        attachment_id=derive_id(document.document_requirement_id, f"file/{command.sha256}"),
        sha256=command.sha256,
        size=command.size,
        media_type=command.media_type,
        file_name=command.file_name,
    )
    yield Fact(document.document_requirement_id, attached)
    # The date of a document that was rejected does not hold for what comes in its place.
    kept = None if document.status is DocumentStatus.REJECTED else document.expires_on
    expires_on = command.expires_on or kept
    if expires_on != document.expires_on:
        yield _expiry_set(case, document, expires_on)
    if DOCUMENT_MOVES[document.status].get(DocumentStatus.UPLOADED) is Reason.NONE:
        yield moved(case, document, DocumentStatus.UPLOADED)


def set_document_expiry(case: CaseFile, command: SetDocumentExpiry, _: Context) -> Iterator[Fact]:
    document = _document(case, command.document_requirement_id, None)
    if command.seen not in (None, document.expires_on or NO_DATE):
        raise stale(f"the last day of {document_name(document)}", document.expires_on or NO_DATE, str(command.seen))
    if command.expires_on == document.expires_on:
        when = f"expires on {command.expires_on}" if command.expires_on else "has no last day"
        raise Refusal("nothing_changes", f"{capitalised(document_name(document))} {when} already.")
    yield _expiry_set(case, document, command.expires_on)


def _expiry_set(case: CaseFile, document: Document, expires_on: str | None) -> Fact:
    return Fact(
        document.document_requirement_id,
        DocumentExpirySet(
            case_id=case.case_id,
            document_requirement_id=document.document_requirement_id,
            document_type=document.document_type,
            entity_id=document.entity.entity_id,
            entity_name=document.entity.name,
            expires_on=expires_on,
            previous=document.expires_on,
        ),
    )


def moved(
    case: CaseFile,
    document: Document,
    new_status: DocumentStatus,
    *,
    reason: str | None = None,
    reason_code: RejectionReason | None = None,
    metadata: Mapping[str, JsonValue] | None = None,
) -> Fact:
    """That a document has another status now."""
    return Fact(
        document.document_requirement_id,
        DocumentStatusUpdated(
            case_id=case.case_id,
            document_requirement_id=document.document_requirement_id,
            document_type=document.document_type,
            entity_id=document.entity.entity_id,
            entity_name=document.entity.name,
            is_required=document.is_required,
            old_status=document.status,
            new_status=new_status,
            reason=reason,
            reason_code=reason_code,
            metadata=metadata or {},
        ),
    )


def _document(case: CaseFile, document_requirement_id: str, seen: DocumentStatus | None) -> Document:
    document = case.documents.get(document_requirement_id)
    if document is None:
        raise unknown_document(document_requirement_id)
    if seen not in (None, document.status):
        raise stale(document_name(document), document.status, str(seen))
    return document


def _check_move(document: Document, command: UpdateDocumentStatus) -> None:
    old, new = document.status, command.new_status
    name = capitalised(document_name(document))
    moves = DOCUMENT_MOVES[old]
    if new not in moves:
        if new is old:
            raise Refusal("forbidden_move", f"{name} is {old} already.")
        raise Refusal("forbidden_move", f"{name} is {old} and can't become {new}; it can become {either(moves)}.")
    if moves[new] is Reason.CODE and command.reason_code is None:
        raise Refusal(
            "reason_needed",
            f"Say why {document_name(document)} is rejected: reason_code is one of {either(RejectionReason)}.",
        )
    if moves[new] is Reason.TEXT and command.reason is None:
        raise Refusal("reason_needed", f"Say in reason why {document_name(document)} goes from {old} to {new}.")
    if command.reason_code is not None and moves[new] is not Reason.CODE:
        raise Refusal(
            "reason_not_needed",
            f"The reason code {command.reason_code} is for a rejection; {document_name(document)} becomes {new}.",
        )


def _spoken(document_type: str, entity: Entity) -> str:
    return f"the {label(document_type)} of {entity.name}"
