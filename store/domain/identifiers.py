"""Ids and references, computed from what they name so that a command that runs again names the same things.

UUID layouts follow RFC 9562: version 7 (section 5.7) for what is new, version 8 (section 5.8) for what is derived.
"""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_NAMESPACE = uuid.UUID("6f0c63c5-9a7a-5f0e-8f39-3f7f6b5d1c11")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TYPED_INSTEAD = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
REFERENCE_LENGTH = 9


def time_ordered_id(at: datetime, entropy: bytes) -> str:
    """A UUIDv7 of the moment `at` (milliseconds) and of at least 10 bytes of `entropy`."""
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1) & 0xFFFF_FFFF_FFFF
    return _layout(milliseconds, entropy, version=7)


def derive_id(parent: str, name: str) -> str:
    """The id of the thing called `name` within `parent`: the same on every machine, whoever computes it.

    The first 48 bits are the parent's, so that all ids of one command lie side by side in an index, and in
    order of time when the parent is a UUIDv7. The rest is the SHA-256 of parent and name (UUIDv8).
    """
    root = _as_uuid(parent)
    digest = hashlib.sha256(root.bytes + name.encode()).digest()
    return _layout(root.int >> 80, digest, version=8)


def content_id(kind: str, content: str) -> str:
    """The command id of an outside record: the UUIDv5 of what identifies it, so that it counts only once."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}\n{content}"))


def case_reference(case_id: str) -> str:
    """A short name of a case to read out and type, like `7F3-QK2-M9X` (45 bits in Crockford's base 32)."""
    bits = int.from_bytes(hashlib.sha256(case_id.encode()).digest()[:8], "big")
    letters = "".join(_CROCKFORD[(bits >> (5 * i)) & 31] for i in range(REFERENCE_LENGTH))
    return "-".join(letters[i : i + 3] for i in range(0, REFERENCE_LENGTH, 3))


def read_reference(typed: str) -> str:
    """The reference that a person meant: any case, with or without dashes, `O` for zero and `I` or `L` for one."""
    letters = typed.upper().translate(_TYPED_INSTEAD)
    return "-".join(letters[i : i + 3] for i in range(0, len(letters), 3))


def is_reference(typed: str) -> bool:
    """Whether what was typed reads as a whole reference; there need not be such a case."""
    letters = typed.upper().translate(_TYPED_INSTEAD)
    return len(letters) == REFERENCE_LENGTH and set(letters) <= set(_CROCKFORD)


@lru_cache(maxsize=256)  # a command names all that it creates
def _as_uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid5(_NAMESPACE, text)


def _layout(first_48_bits: int, entropy: bytes, *, version: int) -> str:
    rest = int.from_bytes(entropy[:10], "big")
    number = (first_48_bits << 80) | rest
    number = (number & ~(0xF << 76)) | (version << 76)
    number = (number & ~(0x3 << 62)) | (0x2 << 62)
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
