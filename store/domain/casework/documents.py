"""Documents: which are asked for, and how each moves through its statuses."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, AliasChoices, Field, JsonValue
from pydantic_core import to_json

from store.domain.case_file import CaseFile, Document, Entity
from store.domain.document_rules import EntityType, rules_for
from store.domain.identifiers import derive_id
from store.domain.operation import Context, Id, NewEvent, OfCase, OfDocument, Payload, Undo, undone
from store.domain.refusals import Code, Refusal, capitalised, either, stale, unknown_document
from store.domain.rules import Rules
from store.domain.statuses import (
    DOCUMENT_MOVES,
    REJECTION_SENTENCES,
    VERIFIED,
    DocumentStatus,
    Reason,
    RejectionReason,
    document_name,
    label,
)
from store.domain.values import Text, form

__all__ = [
    "DetermineInitialDocumentRequirements",
    "DocumentRequirementDetermined",
    "DocumentStatusUpdated",
    "RequestDocument",
    "UpdateDocumentStatus",
    "WaiveDocument",
]

REQUESTED: Final = "requested"
"""Stands for the rule where a person asked for a document beyond the rules."""


def _storable(metadata: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    try:
        to_json(metadata)
    except ValueError as error:  # half of a surrogate pair is no text
        raise ValueError("holds text that can't be written as UTF-8") from error
    return metadata


Metadata = Annotated[Mapping[str, JsonValue], AfterValidator(_storable)]
"""A JSON object that can be stored as it is."""

DocumentType = Annotated[
    str, form(r"^[A-Z][A-Z0-9_]{2,79}$", "3 to 80 capitals, digits and ‘_’, beginning with a letter")
]


class DetermineInitialDocumentRequirements(OfCase):
    """Ask for every document that the rules in force require and that the case does not list yet."""

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        yield from missing_documents(case, context.rules)


class RequestDocument(OfCase):
    """Ask for a document beyond the rules, of the company or of a person of the case."""

    entity_id: Id
    document_type: DocumentType
    reason: Text

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        entity = case.entity(self.entity_id)
        asked = list(_asked_for(case, entity, self.document_type, REQUESTED, self.reason))
        if not asked:
            raise Refusal(
                Code.DOCUMENT_EXISTS,
                f"The case asks for {document_name(self.document_type, entity.name)} already:"
                " move that one to another status.",
            )
        yield from asked


def missing_documents(case: CaseFile, rules: Rules) -> Iterator[NewEvent]:
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


def _asked_for(
    case: CaseFile, entity: Entity, document_type: str, rule_id: str, rule: str, *, is_required: bool = True
) -> Iterator[NewEvent]:
    requirement_id = document_requirement_id(case.case_id, entity, document_type)
    if requirement_id not in case.documents:
        yield NewEvent(
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


class DocumentRequirementDetermined(Payload):
    """A document is asked for; `rule` is the sentence of the rule that asks, as it stood that day."""

    document_requirement_id: str
    document_type: str
    entity_type: str
    entity_id: str
    entity_name: str
    is_required: bool
    status: DocumentStatus
    rule_id: str
    rule: str

    def applied_to(self, case: CaseFile) -> CaseFile:
        document = Document(
            document_requirement_id=self.document_requirement_id,
            document_type=self.document_type,
            entity=Entity(self.entity_id, EntityType(self.entity_type), self.entity_name),
            is_required=self.is_required,
            status=self.status,
            rule_id=self.rule_id,
        )
        return case.with_document(document)

    def sentence(self) -> str:
        return f"asked for {document_name(self.document_type, self.entity_name)}"

    def way_back(self, before: CaseFile) -> str:
        return "A document that was asked for stays listed: waive it instead."


class UpdateDocumentStatus(OfDocument):
    """Move a document to another status.

    `metadata` is merged into what is known of the document (JSON Merge Patch, RFC 7396): null takes a key away.
    """

    new_status: DocumentStatus = Field(validation_alias=AliasChoices("new_status", "status"))
    old_status: DocumentStatus | None = None
    reason: Text | None = None
    reason_code: RejectionReason | None = None
    metadata: Metadata = Field(default_factory=dict)

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        document = document_of(case, self.document_requirement_id, self.old_status)
        self._refuse_forbidden_move(document)
        yield moved(
            case,
            document,
            self.new_status,
            reason=self.reason,
            reason_code=self.reason_code,
            metadata=self.metadata,
        )

    def _refuse_forbidden_move(self, document: Document) -> None:
        old, new = document.status, self.new_status
        name = capitalised(document.name)
        moves = DOCUMENT_MOVES[old]
        if new not in moves:
            if new is old:
                raise Refusal(Code.FORBIDDEN_MOVE, f"{name} is {old} already.")
            raise Refusal(
                Code.FORBIDDEN_MOVE, f"{name} is {old} and can't become {new}; it can become {either(moves)}."
            )
        if moves[new] is Reason.CODE and self.reason_code is None:
            raise Refusal(
                Code.REASON_NEEDED,
                f"Say why {document.name} is rejected: reason_code is one of {either(RejectionReason)}.",
            )
        if moves[new] is Reason.TEXT and self.reason is None:
            raise Refusal(Code.REASON_NEEDED, f"Say in reason why {document.name} goes from {old} to {new}.")
        if self.reason_code is not None and moves[new] is not Reason.CODE:
            raise Refusal(
                Code.REASON_NOT_NEEDED,
                f"The reason code {self.reason_code} is for a rejection; {document.name} becomes {new}.",
            )


class WaiveDocument(OfDocument):
    """Do without a document."""

    reason: Text
    old_status: DocumentStatus | None = None

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        waive = UpdateDocumentStatus(
            case_id=self.case_id,
            document_requirement_id=self.document_requirement_id,
            new_status=DocumentStatus.NOT_APPLICABLE,
            old_status=self.old_status,
            reason=self.reason,
        )
        yield from waive.decide(case, context)


def document_of(case: CaseFile, document_requirement_id: str, seen: DocumentStatus | None) -> Document:
    """The document with this id. Raises `Refusal` when there is none, or when it is not in the status `seen`."""
    document = case.documents.get(document_requirement_id)
    if document is None:
        raise unknown_document(document_requirement_id)
    if seen not in (None, document.status):
        raise stale(document.name, document.status, str(seen))
    return document


def moved(
    case: CaseFile,
    document: Document,
    new_status: DocumentStatus,
    *,
    reason: str | None = None,
    reason_code: RejectionReason | None = None,
    metadata: Mapping[str, JsonValue] | None = None,
) -> NewEvent:
    """That a document has another status now."""
    return NewEvent(
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


class DocumentStatusUpdated(Payload):
    """`metadata` holds what this update changes, not all that is known: a JSON Merge Patch (RFC 7396)."""

    document_requirement_id: str
    document_type: str
    entity_id: str
    entity_name: str
    is_required: bool
    old_status: DocumentStatus
    new_status: DocumentStatus
    reason: str | None = None
    reason_code: RejectionReason | None = None
    metadata: Mapping[str, JsonValue] = Field(default_factory=dict)

    def applied_to(self, case: CaseFile) -> CaseFile:
        before = case.documents[self.document_requirement_id]
        return case.with_document(before._replace(status=self.new_status, reason_code=self.reason_code))

    def sentence(self) -> str:
        taken_back = self.old_status in VERIFIED and self.new_status is DocumentStatus.UPLOADED
        done = "took back the verification of" if taken_back else _DONE_TO_DOCUMENT[self.new_status]
        text = f"{done} {document_name(self.document_type, self.entity_name)}"
        why = [REJECTION_SENTENCES[self.reason_code]] if self.reason_code else []
        why += [self.reason] if self.reason else []
        return f"{text}: {'; '.join(why)}" if why else text

    def way_back(self, before: CaseFile) -> Undo | str:
        old, new, moves = self.old_status, self.new_status, DOCUMENT_MOVES[self.new_status]
        to, but = old, ""
        if new is DocumentStatus.NOT_APPLICABLE and old is not DocumentStatus.AWAITING_UPLOAD:
            to = DocumentStatus.AWAITING_UPLOAD
            but = f"the document was {label(old)}, and will be {label(to)}"
        if to not in moves:
            return (
                f"A document that is {label(new)} does not go back to {label(old)}:"
                f" it can become {' or '.join(label(status) for status in moves)}."
            )
        code = before.documents[self.document_requirement_id].reason_code if moves[to] is Reason.CODE else None
        back = UpdateDocumentStatus(
            case_id=self.case_id,
            document_requirement_id=self.document_requirement_id,
            old_status=new,
            new_status=to,
            reason=undone(label(new)),
            reason_code=code,
        )
        return Undo(back, but)


_DONE_TO_DOCUMENT: Final[Mapping[DocumentStatus, str]] = {
    DocumentStatus.AWAITING_UPLOAD: "asked again for",
    DocumentStatus.UPLOADED: "took in",
    DocumentStatus.VERIFIED_SYSTEM: "recorded that a system verified",
    DocumentStatus.VERIFIED_MANUAL: "verified",
    DocumentStatus.REJECTED: "rejected",
    DocumentStatus.NOT_APPLICABLE: "waived",
}
