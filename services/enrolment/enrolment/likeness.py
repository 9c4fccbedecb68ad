"""Whether two files may be of one family: decided without a database, shown to staff, never acted on by itself."""

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal

from enrolment.tables import Child, Guardian, Party

Sign = Literal["same-phone", "same-email", "same-children"]
ALIKE = 0.75
"""Of 1 for the same letters: Camille Martin and Camile Martin are alike, Camille Martin and Sacha Martin are not."""


def key(name: str) -> str:
    """Letters without accents, case, hyphens or spaces: Noé, NOE and "noe " are one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.casefold() if letter.isalnum()) or name.strip().casefold()


def same_name(one: str, other: str) -> bool:
    """Alike, also with first name and surname the other way round."""
    if SequenceMatcher(None, key(one), key(other)).ratio() >= ALIKE:
        return True
    return sorted(map(key, one.split())) == sorted(map(key, other.split()))


def same_child(one: Child, other: Child) -> bool:
    """The same first name and birth date; where one has the month alone, the same month."""
    exact = one.born_exactly and other.born_exactly
    born = one.born_on == other.born_on if exact else one.born_on.replace(day=1) == other.born_on.replace(day=1)
    return born and key(one.first_name) == key(other.first_name)


def same_person(one: Guardian, other: Guardian) -> bool:
    """An address in common and a name alike: parents may share an address, and are still two."""
    return same_name(one.name, other.name) and bool(_addresses([one]) & _addresses([other]))


def signs(one: Party, other: Party) -> list[Sign]:
    """Why they look like one family; empty when nothing says so."""
    found: list[Sign] = []
    if _phones(one) & _phones(other):
        found.append("same-phone")
    if _emails(one) & _emails(other):
        found.append("same-email")
    children = any(same_child(child, another) for child in one.children for another in other.children)
    if children and any(same_name(a.name, b.name) for a in one.guardians for b in other.guardians):
        found.append("same-children")
    return found


def _phones(party: Party) -> set[str]:
    return {one.phone for one in party.guardians if one.phone}


def _emails(party: Party) -> set[str]:
    return {one.email for one in party.guardians if one.email}


def _addresses(guardians: Sequence[Guardian]) -> set[str]:
    return {address for one in guardians for address in (one.phone, one.email) if address}
