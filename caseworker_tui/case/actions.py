"""What can be done to a case: each action is one record.

A record has the action's keys, its label and its sentence; the commands to which it leads; when it can't be given and
why; the dialog that asks what the commands need; and how it is done to many cases, if it can be. `CASE_ACTIONS` lists
them by name. Bindings, footer, help, palette and what is done to many cases are made of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from caseworker_tui.case import dialogs, owners
from caseworker_tui.case.subject import Subject
from caseworker_tui.dialogs.questions import Answers, Dialog, Line, document_type, given
from caseworker_tui.frame.keys import Action
from store.domain import commands as c
from store.domain.decider import refused_in_status
from store.engine.bulk import InBulk


class Many(NamedTuple):
    """An action on many cases: what it is called, what is asked once for all, and the command on each of them."""

    words: str
    questions: tuple[Line, ...]
    command: Callable[[InBulk, Answers], c.OfCase]


@dataclass(frozen=True, slots=True)
class CaseAction:
    """`commands` are those to which it may lead: it can be given where one of them can be in the status of the case.

    `unless` gives a sentence that says why it can't be given although the status would allow it, or nothing. An action
    `of_document` is about the document under the cursor.
    """

    keys: tuple[str, ...]
    label: str
    sentence: str
    commands: tuple[type[c.Command], ...]
    dialog: Callable[[Subject], Dialog]
    unless: Callable[[Subject], str] = lambda _: ""
    of_document: bool = False
    in_footer: bool = False
    many: Many | None = None

    def why_not(self, subject: Subject) -> str:
        """Why it can't be given now, and what to do; empty where it can."""
        if why := self.unless(subject):
            return why
        refusals = [refused_in_status(subject.view.case.status, command) for command in self.commands]
        return str(refusals[0]) if all(refusals) else ""


def _of_case(model: type[c.OfCase]) -> Callable[[InBulk, Answers], c.OfCase]:
    """The command whose fields are the answers."""

    def command(case: InBulk, answers: Answers) -> c.OfCase:
        fields = {name: answer for name, answer in given(answers).items() if name != "what"}
        return model.model_validate({"case_id": case.case_id, **fields})

    return command


_TAG: Final = Line("tag", "Tag", "a word in small letters")
_WHY_ALL: Final = Line("reason", "Why?", "for all of them")
_DAY: Final = Line("due_date", "Day", "YYYY-MM-DD; empty for none", optional=True)

CASE_ACTIONS: Final[Mapping[str, CaseAction]] = {
    "move_document": CaseAction(
        ("s",),
        "Document",
        "Move the document under the cursor to another status.",
        (c.UpdateDocumentStatus,),
        dialogs.move_document,
        dialogs.why_not_move,
        of_document=True,
        in_footer=True,
    ),
    "check": CaseAction(
        ("c",), "Check", "Record what a check came to.", (c.RecordCheck,), dialogs.record_check, in_footer=True
    ),
    "note": CaseAction(("n",), "Note", "Add a note.", (c.AddNote,), dialogs.add_note, in_footer=True),
    "propose": CaseAction(
        ("p",), "Propose", "Propose a decision.", (c.ProposeDecision,), dialogs.propose, in_footer=True
    ),
    "review": CaseAction(
        ("v",),
        "Review",
        "Approve or return the proposed decision.",
        (c.ApproveDecision, c.ReturnDecision),
        dialogs.review,
        lambda subject: "" if subject.view.case.proposed_decision else "No decision is proposed: p proposes one.",
        in_footer=True,
    ),
    "confirm_owners": CaseAction(
        ("b",),
        "UBOs",
        "Confirm who the beneficial owners are.",
        (c.ConfirmBeneficialOwners,),
        owners.confirm_owners,
        owners.why_not_confirm,
    ),
    "risk": CaseAction(("r",), "Risk", "Rate the risk.", (c.RateRisk,), dialogs.rate_risk),
    "take": CaseAction(("a",), "Take", "Take the case yourself.", (c.AssignCase,), dialogs.take),
    "assign": CaseAction(
        ("A",),
        "Give",
        "Give the case to somebody.",
        (c.AssignCase,),
        dialogs.assign,
        many=Many("give to somebody", (Line("assignee", "To whom?"),), _of_case(c.AssignCase)),
    ),
    "unassign": CaseAction(
        ("U",),
        "Leave",
        "Leave the case to nobody.",
        (c.UnassignCase,),
        dialogs.unassign,
        lambda subject: "" if subject.view.case.assignee else "Nobody has the case.",
        many=Many("leave to nobody", (), _of_case(c.UnassignCase)),
    ),
    "tag": CaseAction(
        ("t",), "Tag", "Tag the case.", (c.TagCase,), dialogs.tag, many=Many("tag", (_TAG,), _of_case(c.TagCase))
    ),
    "untag": CaseAction(
        ("T",),
        "Untag",
        "Take a tag away.",
        (c.UntagCase,),
        dialogs.untag,
        lambda subject: "" if subject.view.tags else "The case has no tags.",
        many=Many("take a tag away", (Line("tag", "Which tag?"),), _of_case(c.UntagCase)),
    ),
    "due_date": CaseAction(
        ("d",),
        "Due",
        "Set the due date.",
        (c.SetDueDate,),
        dialogs.set_due_date,
        many=Many(
            "set the due date",
            (_DAY,),
            lambda case, answers: c.SetDueDate(case_id=case.case_id, due_date=answers["due_date"].strip() or None),
        ),
    ),
    "attach": CaseAction(
        ("f",),
        "Attach",
        "Attach a file to the document under the cursor.",
        (c.AttachFile,),
        dialogs.attach_file,
        of_document=True,
    ),
    "expiry": CaseAction(
        ("D",),
        "Expiry",
        "Set when the document under the cursor expires.",
        (c.SetDocumentExpiry,),
        dialogs.document_expiry,
        of_document=True,
    ),
    "request_document": CaseAction(
        ("x",),
        "Ask",
        "Ask for a document beyond the rules.",
        (c.RequestDocument,),
        dialogs.request_document,
        many=Many(
            "ask the company, or the first person, for a document",
            (Line("document_type", "Which document?", "like BANK_REFERENCE"), _WHY_ALL),
            lambda case, answers: c.RequestDocument(
                case_id=case.case_id,
                entity_id=case.party_id,
                document_type=document_type(answers["document_type"]),
                reason=answers["reason"],
            ),
        ),
    ),
    "determine_documents": CaseAction(
        ("X",),
        "Rules",
        "Ask for every document that the rules require.",
        (c.DetermineInitialDocumentRequirements,),
        dialogs.determine_documents,
    ),
    "case_status": CaseAction(
        ("m",),
        "Move",
        "Wait for the client, go on, withdraw or reopen.",
        (c.AwaitClient, c.ResumeCase, c.WithdrawCase, c.ReopenCase),
        dialogs.move_case,
        many=Many("withdraw", (_WHY_ALL,), _of_case(c.WithdrawCase)),
    ),
    "pin": CaseAction(
        ("P",),
        "Pin",
        "Pin the case, or take its pin off.",
        (c.PinCase, c.UnpinCase),
        dialogs.pin,
        many=Many("pin", (), _of_case(c.PinCase)),
    ),
    "add_person": CaseAction(
        ("i",), "Person", "Add a person.", (c.AddPersonToCase, c.LinkPersonToCompany), dialogs.add_person
    ),
    "add_owner": CaseAction(
        ("o",),
        "Owner",
        "Add an owner of the company.",
        (c.AddBeneficialOwner,),
        owners.add_owner,
        owners.why_not_add,
    ),
    "correct_owner": CaseAction(
        ("E",),
        "Correct",
        "Correct an owner.",
        (c.CorrectBeneficialOwner,),
        owners.correct_owner,
        owners.why_not_correct,
    ),
    "remove_owner": CaseAction(
        ("O",), "Remove", "Remove an owner.", (c.RemoveBeneficialOwner,), owners.remove_owner, owners.why_not_remove
    ),
    "update_company": CaseAction(
        ("e",),
        "Company",
        "Update the company's profile.",
        (c.UpdateCompanyProfile,),
        dialogs.update_company,
        lambda subject: "" if subject.view.company else "Only a KYB case has a company.",
    ),
}

MANY: Final[Mapping[str, Many]] = {name: action.many for name, action in CASE_ACTIONS.items() if action.many}
"""What can be done to many cases at once."""

AS_KEYS: Final = tuple(
    Action(f"do('{name}')", action.keys, action.label, action.sentence, action.in_footer)
    for name, action in CASE_ACTIONS.items()
)
"""The same as actions of the case screen."""
