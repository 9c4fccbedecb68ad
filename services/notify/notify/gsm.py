"""Words that fit an SMS: the phone network's own alphabet, and how many parts they take."""

import unicodedata
from functools import lru_cache

import smsutil  # type: ignore[import-untyped]

TYPOGRAPHY = str.maketrans(
    {
        "\u00a0": " ", "\u202f": " ", "\u2009": " ",
        "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"',
        "–": "-", "—": "-", "‑": "-", "…": "...", "·": ".", "œ": "oe", "Œ": "OE", "ç": "c",
    }
)  # fmt: skip
LENGTHS = (80, 50, 32, 20, 0)
"""To how many characters a title or a room's name is cut, step by step, until the message fits; 0: it does without."""


def plain(text: str) -> str:
    """The text in the GSM-7 alphabet when it can be: ê becomes e, an emoji goes.

    One character outside the alphabet makes the whole message cost more than double (70 characters a part, not 160).
    A text in another script has to pay that, and then keeps its own commas too.
    """
    typed = text.translate(TYPOGRAPHY)
    mapped = "".join(_plain(character) for character in typed)
    return mapped if in_gsm(mapped) else typed


@lru_cache(4096)
def _plain(character: str) -> str:
    if smsutil.is_valid_gsm(character):
        return character
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    if bare and smsutil.is_valid_gsm(bare):
        return bare
    return character if unicodedata.category(character)[0] in "LMN" else ""


def in_gsm(text: str) -> bool:
    """Whether it can go as GSM-7: else each part holds 70 characters, not 160."""
    return bool(smsutil.is_valid_gsm(text))


def parts(text: str) -> int:
    """How many SMS the text takes, and is paid for."""
    return len(smsutil.split(text).parts)


def shorten(text: str, length: int) -> str:
    """At most `length` characters, cut between two words where there are any."""
    if length == 0:
        return ""
    if len(text) <= length:
        return text
    head = text[: length - 2]
    return f"{head.rsplit(' ', 1)[0].rstrip(' ,;:-')}..."
