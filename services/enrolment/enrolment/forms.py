"""What people type into the pages for families, read; or what is wrong, field by field."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import EmailStr, TypeAdapter, ValidationError
from ronde.web.validation import by_field

from enrolment.doorkeys import Address, number
from enrolment.shapes.base import Body
from enrolment.shapes.entry import RegisterBody
from enrolment.shapes.people import ChildBody, GuardianBody, PartyBody

Words = dict[str, str]
CHILDREN = 4
"""Rows of the form; more children are added on the family's page."""
NOT_AN_ADDRESS = {
    "fr": "Écrivez une adresse e-mail complète, ou un numéro de téléphone comme 06 12 34 56 78.",
    "en": "Type a whole e-mail address, or a telephone number like 06 12 34 56 78.",
}
A_CHILD = {
    "fr": "Il faut le prénom et la date de naissance d'au moins un enfant.",
    "en": "The first name and the date of birth of one child at least are needed.",
}
_email: TypeAdapter[str] = TypeAdapter(EmailStr)


class Wrong(Exception):
    """`errors` is field -> what to correct, in the reader's language."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(", ".join(errors))


def address(typed: str, lang: str, *, field: str = "where") -> Address:
    """An e-mail address, or a number as people write it in France. Raises Wrong."""
    try:
        if "@" in typed:
            return Address(channel="email", value=_email.validate_python(typed.strip()).lower())
        return Address(channel="sms", value=number(typed))
    except ValueError:
        raise Wrong({field: NOT_AN_ADDRESS[lang]}) from None


def children(typed: Mapping[str, str], lang: str, *, needed: bool = True) -> list[dict[str, str]]:
    """The rows that are filled in. Raises Wrong when there is half of one, or none and one is needed."""
    rows = [(typed.get(f"child_name_{n}", "").strip(), typed.get(f"child_born_{n}", "")) for n in range(CHILDREN)]
    half = {f"child_born_{n}": A_CHILD[lang] for n, (name, born) in enumerate(rows) if name and not born}
    half |= {f"child_name_{n}": A_CHILD[lang] for n, (name, born) in enumerate(rows) if born and not name}
    filled = [{"first_name": name, "born": born} for name, born in rows if name and born]
    if half or (needed and not filled):
        raise Wrong(half or {"child_name_0": A_CHILD[lang]})
    return filled


def _read(body: type[Body], values: dict[str, Any], lang: str) -> Any:
    try:
        return body.model_validate(values)
    except ValidationError as error:
        raise Wrong({_field(name): said for name, said in by_field(error, lang).items()}) from None


def _field(name: str) -> str:
    """`children.0.born` is the form's `child_born_0`."""
    found = re.fullmatch(r"(?:children\.(\d+)\.)?(first_name|born).*", name)
    return f"child_{'name' if found[2] == 'first_name' else 'born'}_{found[1] or 0}" if found else name


def register(typed: Mapping[str, str], lang: str, *, children_needed: bool = True) -> RegisterBody:
    """Who registers themselves. Raises Wrong."""
    values = {name: typed.get(name, "") for name in ("proof", "kind", "name")}
    known = children(typed, lang, needed=children_needed)
    found: RegisterBody = _read(RegisterBody, {**values, "language": lang, "children": known}, lang)
    return found


def party(typed: Mapping[str, str], lang: str, *, children_needed: bool = True) -> PartyBody:
    """Whom staff register while they are on the telephone. Raises Wrong."""
    reached = address(typed.get("where", ""), lang)
    values = {
        "kind": typed.get("kind", "family"),
        "name": typed.get("name", ""),
        "language": typed.get("language", "fr"),
        "email" if reached.channel == "email" else "phone": reached.value,
        "agreed": bool(typed.get("agreed")),
        "children": children(typed, lang, needed=children_needed),
    }
    found: PartyBody = _read(PartyBody, values, lang)
    return found


def child(typed: Mapping[str, str], lang: str) -> ChildBody:
    """One more child: the first row alone. Raises Wrong."""
    only = {name: value for name, value in typed.items() if name.endswith("_0")}
    (one,) = children(only, lang)
    found: ChildBody = _read(ChildBody, one, lang)
    return found


def guardian(typed: Mapping[str, str], lang: str, *, where: bool = False) -> GuardianBody:
    """Who speaks for a family; with `where`, also how they are reached. Raises Wrong."""
    values: dict[str, Any] = {name: typed.get(name) or None for name in ("name", "language", "channel")}
    if where:
        reached = address(typed.get("where", ""), lang)
        values["email" if reached.channel == "email" else "phone"] = reached.value
    found: GuardianBody = _read(GuardianBody, {"name": "", **{k: v for k, v in values.items() if v}}, lang)
    return found


def on_file(typed: Mapping[str, str], lang: str) -> GuardianBody:
    """A guardian as staff write them down, with every address that they have. Raises Wrong."""
    values: dict[str, Any] = {name: typed[name] for name in ("language", "channel", "email") if typed.get(name)}
    try:
        values |= {"phone": number(typed["phone"])} if typed.get("phone") else {}
    except ValueError:
        raise Wrong({"phone": NOT_AN_ADDRESS[lang]}) from None
    known = {"name": typed.get("name", ""), "agreed": bool(typed.get("agreed"))}
    found: GuardianBody = _read(GuardianBody, {**known, **values}, lang)
    return found
