"""AttachFile: what follows from a file in each status of a document, and when it is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from store.domain.commands import AttachFile
from store.domain.decider import fold
from store.domain.events import DocumentExpirySet, DocumentStatusUpdated, FileAttached
from store.domain.identifiers import derive_id
from store.domain.operation import Payload
from store.domain.statuses import DOCUMENT_MOVES, DocumentStatus, Reason
from tests.domain.specification import given
from tests.domain.test_document_status import ID, PASSPORT, a_passport

SCAN = {"sha256": "ab" * 32, "size": 1200, "media_type": "application/pdf", "file_name": "scan.pdf"}
OTHER_SCAN = SCAN | {"sha256": "cd" * 32}
ATTACHED = FileAttached(
    case_id=PASSPORT.case_id,
    document_requirement_id=ID,
    document_type="PASSPORT",
    entity_id=PASSPORT.entity_id,
    entity_name="Ana Ruiz",
    attachment_id=derive_id(ID, f"file/{'ab' * 32}"),
    sha256="ab" * 32,
    size=1200,
    media_type="application/pdf",
    file_name="scan.pdf",
)
UPLOADED_BY_A_FILE = (DocumentStatus.AWAITING_UPLOAD, DocumentStatus.REJECTED)


def attach(**more: Any) -> AttachFile:
    return AttachFile.model_validate({"document_requirement_id": ID, **SCAN, **more})


def expires(on: str | None, previous: str | None = None) -> DocumentExpirySet:
    return DocumentExpirySet(
        case_id=PASSPORT.case_id,
        document_requirement_id=ID,
        document_type="PASSPORT",
        entity_id=PASSPORT.entity_id,
        entity_name="Ana Ruiz",
        expires_on=on,
        previous=previous,
    )


@pytest.mark.parametrize("status", UPLOADED_BY_A_FILE)
def test_a_document_that_waits_or_was_rejected_is_uploaded_with_it(status: DocumentStatus) -> None:
    outcome = given(*a_passport(status)).when(attach(old_status=status))
    moved = outcome.the(DocumentStatusUpdated)
    outcome.then(ATTACHED, moved)
    assert (moved.old_status, moved.new_status, moved.reason, moved.reason_code) == (status, "UPLOADED", None, None)
    assert {new_event.aggregate_id for new_event in outcome.new_events} == {ID}, "the stream of the document"
    assert fold([*a_passport(status), *outcome.payloads]).documents[ID].status == "UPLOADED"


@pytest.mark.parametrize("status", [status for status in DocumentStatus if status not in UPLOADED_BY_A_FILE])
def test_any_other_document_stays_as_it_is(status: DocumentStatus) -> None:
    given(*a_passport(status)).when(attach()).then(ATTACHED)


def test_that_is_what_the_table_of_moves_says() -> None:
    without_a_reason = [
        old for old, moves in DOCUMENT_MOVES.items() if moves.get(DocumentStatus.UPLOADED) is Reason.NONE
    ]
    assert set(without_a_reason) == set(UPLOADED_BY_A_FILE)


def test_several_files_belong_to_a_document() -> None:
    both = given(*a_passport(DocumentStatus.UPLOADED), ATTACHED).when(attach(**OTHER_SCAN))
    assert fold([*a_passport(DocumentStatus.UPLOADED), ATTACHED, *both.payloads]).documents[ID].files == {
        "ab" * 32,
        "cd" * 32,
    }


def test_two_laptops_that_attach_the_same_content_mean_the_same_attachment() -> None:
    case = given(*a_passport(DocumentStatus.UPLOADED))
    ids = {case.when(attach(file_name=name), command_id=name).the(FileAttached).attachment_id for name in ("a", "b")}
    assert ids == {ATTACHED.attachment_id}


class TestTheExpiryDate:
    def test_can_come_with_the_file(self) -> None:
        outcome = given(*a_passport(DocumentStatus.AWAITING_UPLOAD)).when(attach(expires_on="2031-05-02"))
        outcome.then(ATTACHED, expires("2031-05-02"), outcome.the(DocumentStatusUpdated))

    def test_stays_when_the_file_says_nothing_of_it(self) -> None:
        held = [*a_passport(DocumentStatus.UPLOADED), expires("2031-05-02")]
        given(*held).when(attach()).then(ATTACHED)
        given(*held).when(attach(expires_on="2031-05-02")).then(ATTACHED)
        given(*held).when(attach(expires_on="2032-05-02")).then(ATTACHED, expires("2032-05-02", "2031-05-02"))

    def test_of_a_rejected_document_does_not_hold_for_what_comes_in_its_place(self) -> None:
        rejected = [*a_passport(DocumentStatus.REJECTED), expires("2020-05-02")]
        outcome = given(*rejected).when(attach())
        outcome.then(ATTACHED, expires(None, "2020-05-02"), outcome.the(DocumentStatusUpdated))


class TestRefused:
    def test_with_unknown_document(self) -> None:
        given(*a_passport(DocumentStatus.UPLOADED)).when(attach(document_requirement_id="none")).refused(
            "unknown_document", "none", "caseworker show"
        )

    def test_with_stale_when_the_document_has_moved(self) -> None:
        given(*a_passport(DocumentStatus.VERIFIED_MANUAL)).when(attach(old_status="UPLOADED")).refused(
            "stale", "VERIFIED_MANUAL now, not UPLOADED"
        )

    def test_with_nothing_changes_when_the_content_is_there_by_whatever_name(self) -> None:
        held: list[Payload] = [*a_passport(DocumentStatus.UPLOADED), ATTACHED]
        given(*held).when(attach(file_name="another.pdf")).refused("nothing_changes", "the passport of Ana Ruiz")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sha256", "ab" * 31),
        ("sha256", "AB" * 32),
        ("size", 0),
        ("media_type", "pdf"),
        ("media_type", "application/pdf; charset=x"),
        ("file_name", "../../.ssh/authorized_keys"),
        ("file_name", "C:\\scan.pdf"),
        ("file_name", ".."),
        ("file_name", "fdp.\u202escan.exe"),
        ("file_name", " "),
        ("expires_on", "2031-05"),
    ],
)
def test_fields_that_make_no_sense(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        attach(**{field: value})
