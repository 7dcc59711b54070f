"""The files that are attached to documents, and the last day on which a document holds."""

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from store.domain.case_file import CaseFile, Document
from store.domain.casework.documents import document_of, moved
from store.domain.identifiers import derive_id
from store.domain.operation import Context, NewEvent, OfDocument, Payload, Undo
from store.domain.refusals import Code, Refusal, capitalised, stale
from store.domain.statuses import DOCUMENT_MOVES, DocumentStatus, Reason, document_name
from store.domain.values import Day, Sha256, Text, form

__all__ = ["AttachFile", "DocumentExpirySet", "FileAttached", "SetDocumentExpiry"]

MediaType = Annotated[
    str,
    form(
        r"^[a-z0-9][a-z0-9.+_-]*/[a-z0-9][a-z0-9.+_-]*$",
        "a media type in small letters, like application/pdf",
        max_length=127,
    ),
]
"""What kind of content a file has, like `application/pdf`."""


def _plain_name(name: str) -> str:
    if "/" in name or "\\" in name or name in (".", ".."):
        raise ValueError(f"‘{name}’ is not the name of a file: leave out its folders")
    return name


LARGEST_SIZE: Final = 2**40
"""In bytes: no file of a case has a tebibyte. The database can hold no number from 2^63 on."""

FileName = Annotated[Text, Field(max_length=255), AfterValidator(_plain_name)]
"""The name of a file, without its folders."""

NO_DATE: Final = "none"

SeenDay = Annotated[str, form(r"^(none|[0-9]{4}-[0-9]{2}-[0-9]{2})$", "a day as YYYY-MM-DD, or ‘none’")]
"""A day as it was seen, or `NO_DATE` where none was."""


class AttachFile(OfDocument):
    """Attach a file, known by its content, to a document: a document that waits for one, or was rejected, is uploaded
    with it. `expires_on` absent says nothing about when the document expires."""

    sha256: Sha256
    size: Annotated[int, Field(ge=1, le=LARGEST_SIZE)]
    media_type: MediaType
    file_name: FileName
    expires_on: Day | None = None
    old_status: DocumentStatus | None = None

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        document = document_of(case, self.document_requirement_id, self.old_status)
        if self.sha256 in document.files:
            raise Refusal(
                Code.NOTHING_CHANGES, f"This very content is attached to {document.name} already, by whatever name."
            )
        attached = FileAttached(
            case_id=case.case_id,
            document_requirement_id=document.document_requirement_id,
            document_type=document.document_type,
            entity_id=document.entity.entity_id,
            entity_name=document.entity.name,
            attachment_id=derive_id(document.document_requirement_id, f"file/{self.sha256}"),
            sha256=self.sha256,
            size=self.size,
            media_type=self.media_type,
            file_name=self.file_name,
        )
        yield NewEvent(document.document_requirement_id, attached)
        # The date of a document that was rejected does not hold for what comes in its place.
        kept = None if document.status is DocumentStatus.REJECTED else document.expires_on
        expires_on = self.expires_on or kept
        if expires_on != document.expires_on:
            yield _expiry_set(case, document, expires_on)
        if DOCUMENT_MOVES[document.status].get(DocumentStatus.UPLOADED) is Reason.NONE:
            yield moved(case, document, DocumentStatus.UPLOADED)


class FileAttached(Payload):
    """A file was attached to a document; what it holds is known by its SHA-256 and kept outside the log."""

    document_requirement_id: str
    document_type: str
    entity_id: str
    entity_name: str
    attachment_id: str
    sha256: str
    size: int
    media_type: str
    file_name: str

    def applied_to(self, case: CaseFile) -> CaseFile:
        before = case.documents[self.document_requirement_id]
        return case.with_document(before._replace(files=before.files | {self.sha256}))

    def sentence(self) -> str:
        return f"attached {self.file_name} to {document_name(self.document_type, self.entity_name)}"

    def way_back(self, before: CaseFile) -> str:
        return "A file stays attached: attach the right one too, and say in a note what is wrong with this one."


class SetDocumentExpiry(OfDocument):
    """Set the last day on which a document holds; null takes it away. `seen` is the day as the person saw it."""

    expires_on: Day | None
    seen: SeenDay | None = None

    def decide(self, case: CaseFile, context: Context) -> Iterator[NewEvent]:
        document = document_of(case, self.document_requirement_id, None)
        if self.seen not in (None, document.expires_on or NO_DATE):
            raise stale(f"the last day of {document.name}", document.expires_on or NO_DATE, str(self.seen))
        if self.expires_on == document.expires_on:
            when = f"expires on {self.expires_on}" if self.expires_on else "has no last day"
            raise Refusal(Code.NOTHING_CHANGES, f"{capitalised(document.name)} {when} already.")
        yield _expiry_set(case, document, self.expires_on)


def _expiry_set(case: CaseFile, document: Document, expires_on: str | None) -> NewEvent:
    return NewEvent(
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


class DocumentExpirySet(Payload):
    """`expires_on` is the last day on which the document holds; absent when the date was taken away."""

    document_requirement_id: str
    document_type: str
    entity_id: str
    entity_name: str
    expires_on: str | None = None
    previous: str | None = None

    def applied_to(self, case: CaseFile) -> CaseFile:
        return case.with_document(case.documents[self.document_requirement_id]._replace(expires_on=self.expires_on))

    def sentence(self) -> str:
        document = document_name(self.document_type, self.entity_name)
        if self.expires_on is None:
            return f"took away when {document} expires"
        return f"noted that {document} expires on {self.expires_on}"

    def way_back(self, before: CaseFile) -> Undo:
        back = SetDocumentExpiry(
            case_id=self.case_id,
            document_requirement_id=self.document_requirement_id,
            expires_on=self.previous,
            seen=self.expires_on or NO_DATE,
        )
        return Undo(back)
