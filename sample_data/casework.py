"""commands.jsonl: how the documents of the cases in messages.jsonl are worked.

Every command is tried on its case in memory first, so that none can be refused when the file is executed.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from sample_data.parts import Json, day, known, latin
from store.domain.case_file import EMPTY, CaseFile, Document, evolve, fold
from store.domain.commands import CreateCase, UpdateDocumentStatus
from store.domain.decisions import Context, Rules, decide
from store.domain.identifiers import content_id, derive_id
from store.domain.statuses import DocumentStatus, RejectionReason

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
class Desk:
    """A case, who works it, and what is still to be done to each document."""

    case: CaseFile
    actor: str
    paths: dict[str, tuple[Step, ...]]


def commands(rng: random.Random, intake: Sequence[Json]) -> Iterator[Json]:
    """The first move of every document that is worked, then every second one, and so on."""
    plans = {
        "KYC": rng.sample(KYC_PLANS, len(KYC_PLANS)),
        "KYB": rng.sample(KYB_PLANS, len(KYB_PLANS)),
    }
    desks = [_desk(message, plans[message["traitement_type"]].pop(), rng.choice(CASEWORKERS)) for message in intake]
    for turn in range(max(map(len, PATHS.values()))):
        for desk in desks:
            for document_id, path in desk.paths.items():
                if turn < len(path):
                    yield _move(rng, desk, document_id, turn)


def case_of(message: Json) -> CaseFile:
    """The case file that this message opens: its ids follow from the message's id."""
    fields = {key: value for key, value in message.items() if key not in {"message_id", "version", "type"}}
    command = CreateCase.model_validate(fields | {"case_type": message["type"]})
    command_id = content_id("message", message["message_id"])
    return fold(fact.payload for fact in decide(EMPTY, command, Context(command_id, Rules())))


def _desk(message: Json, plan: Sequence[str], actor: str) -> Desk:
    case = case_of(message)
    names = [*plan, *(plan[-1],) * len(case.documents)]
    return Desk(case, actor, {key: PATHS[name] for key, name in zip(case.documents, names, strict=False)})


def _move(rng: random.Random, desk: Desk, document_id: str, turn: int) -> Json:
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
    line: Json = {
        "command": UpdateDocumentStatus.__name__,
        "command_id": derive_id(document_id, f"sample/{turn}/{step}"),
        "actor": AUTOMATIC_CHECK if status is DocumentStatus.VERIFIED_SYSTEM else desk.actor,
        "data": data,
    }
    command = UpdateDocumentStatus.model_validate(data)
    for fact in decide(desk.case, command, Context(line["command_id"], Rules())):
        desk.case = evolve(desk.case, fact.payload)
    return line


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
