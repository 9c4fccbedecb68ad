"""Identifiers: UUIDv7 for machines, a short reference for people."""

from hashlib import blake2b
from uuid import UUID

from uuid_utils.compat import uuid7

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V: a reference is read out on the telephone.
ALPHABET = "34679ACDEFGHJKMNPQRTVWXY"


def new_id() -> UUID:
    """A new UUIDv7: rows created together lie together in an index."""
    return uuid7()


def reference(prefix: str, id: UUID) -> str:
    """A short name for people: `reference("R", id)` -> `R-7K3QX9`; the same id gives the same."""
    number = int.from_bytes(blake2b(id.bytes, digest_size=8).digest())
    letters = []
    for _ in range(6):
        number, at = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[at])
    return f"{prefix}-{''.join(letters)}"
