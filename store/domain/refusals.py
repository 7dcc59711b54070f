"""The domain's no: a code for programs and a sentence for people, and the refusals that several commands give."""

from collections.abc import Iterable
from enum import StrEnum


class Code(StrEnum):
    """What a refusal is about, for programs: each is stable, and documented in docs/commands.md."""

    AMBIGUOUS_CASE = "ambiguous_case"
    AMBIGUOUS_DOCUMENT = "ambiguous_document"
    AMBIGUOUS_FILE = "ambiguous_file"
    CASE_EXISTS = "case_exists"
    CASE_FROZEN = "case_frozen"
    CASE_NOT_FROZEN = "case_not_frozen"
    CASE_NOT_UNDERSTOOD = "case_not_understood"
    COMMAND_DISCARDED = "command_discarded"
    COMMAND_ID_REUSED = "command_id_reused"
    COMMAND_IN_CONFLICT = "command_in_conflict"
    COMMIT_TOO_LARGE = "commit_too_large"
    DEAD_LETTER_RESOLVED = "dead_letter_resolved"
    DOCUMENT_EXISTS = "document_exists"
    FORBIDDEN_IN_STATUS = "forbidden_in_status"
    FORBIDDEN_MOVE = "forbidden_move"
    FOUR_EYES = "four_eyes"
    INTERNAL_ERROR = "internal_error"
    INVALID_COMMAND = "invalid_command"
    INVALID_JSON = "invalid_json"
    LINE_TOO_LONG = "line_too_long"
    NEWER_COMMAND = "newer_command"
    NEWER_EVENT = "newer_event"
    NEWER_RECORD = "newer_record"
    NO_COMPANY = "no_company"
    NO_ROLE = "no_role"
    NOBODY_CONFIRMED = "nobody_confirmed"
    NOT_A_PERSON = "not_a_person"
    NOT_READY = "not_ready"
    NOT_YET_OPENED = "not_yet_opened"
    NOTHING_CHANGES = "nothing_changes"
    OFFICIAL_NOT_NEEDED = "official_not_needed"
    OWNER_ENDED = "owner_ended"
    PERSON_EXISTS = "person_exists"
    REASON_NEEDED = "reason_needed"
    REASON_NOT_NEEDED = "reason_not_needed"
    SHARES_OVER_100 = "shares_over_100"
    STALE = "stale"
    UNKNOWN_CASE = "unknown_case"
    UNKNOWN_COMMAND = "unknown_command"
    UNKNOWN_CONFLICT = "unknown_conflict"
    UNKNOWN_DEAD_LETTER = "unknown_dead_letter"
    UNKNOWN_DOCUMENT = "unknown_document"
    UNKNOWN_ENTITY = "unknown_entity"
    UNKNOWN_FILE = "unknown_file"
    UNKNOWN_LIST = "unknown_list"
    UNKNOWN_OWNER = "unknown_owner"
    UNKNOWN_VERSION = "unknown_version"
    UNREADABLE_MESSAGE = "unreadable_message"


class Refusal(Exception):
    """A command that does not hold. Nothing was changed.

    `sentence` says what, where and what to do.
    """

    def __init__(self, code: Code, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def unknown_case(which: str) -> Refusal:
    return Refusal(Code.UNKNOWN_CASE, f"There is no case {which}: `caseworker cases` lists them all.")


def unknown_document(document_requirement_id: str) -> Refusal:
    return Refusal(
        Code.UNKNOWN_DOCUMENT,
        f"There is no document requirement {document_requirement_id}: `caseworker show CASE --json` lists a case's.",
    )


def stale(what: str, now: str, seen: str) -> Refusal:
    return Refusal(
        Code.STALE, f"{capitalised(what)} is {now} now, not {seen} as you saw it: look at the case again, then decide."
    )


def changed_since(what: str) -> Refusal:
    return Refusal(
        Code.STALE, f"{capitalised(what)} has changed since you saw it: look at the case again, then decide."
    )


def either(options: Iterable[object]) -> str:
    """`A, B or C`."""
    *others, last = [str(option) for option in options]
    return f"{', '.join(others)} or {last}" if others else last


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
