"""What is wrong with a field, in words; the value itself is never repeated (it may be a child's name)."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from .language import pick

# Pydantic's own sentences are English and some quote the input: ours replace them all.
SENTENCES: dict[str, dict[str, str]] = {
    "missing": {"fr": "Ce champ est nécessaire.", "en": "This field is needed."},
    "extra_forbidden": {"fr": "Un champ inconnu est de trop.", "en": "There is an unknown field too many."},
    "string_too_short": {
        "fr": "Il faut au moins {min_length} caractère(s).",
        "en": "At least {min_length} character(s) are needed.",
    },
    "string_too_long": {"fr": "{max_length} caractères au plus.", "en": "{max_length} characters at most."},
    "too_short": {"fr": "Il en faut au moins {min_length}.", "en": "At least {min_length} are needed."},
    "too_long": {"fr": "Il en faut au plus {max_length}.", "en": "{max_length} at most."},
    "greater_than": {"fr": "Il faut plus de {gt}.", "en": "More than {gt} is needed."},
    "greater_than_equal": {"fr": "Il faut au moins {ge}.", "en": "At least {ge} is needed."},
    "less_than": {"fr": "Il faut moins de {lt}.", "en": "Less than {lt} is needed."},
    "less_than_equal": {"fr": "Il faut au plus {le}.", "en": "{le} at most."},
    "literal_error": {"fr": "Il faut une des valeurs : {expected}.", "en": "One of these is needed: {expected}."},
    "enum": {"fr": "Il faut une des valeurs : {expected}.", "en": "One of these is needed: {expected}."},
    "int": {"fr": "Il faut un nombre entier.", "en": "A whole number is needed."},
    "float": {"fr": "Il faut un nombre.", "en": "A number is needed."},
    "bool": {"fr": "Il faut oui ou non.", "en": "Yes or no is needed."},
    "string_type": {"fr": "Il faut un texte.", "en": "A text is needed."},
    "list": {"fr": "Il faut une liste.", "en": "A list is needed."},
    "uuid": {"fr": "Il faut un identifiant UUID.", "en": "A UUID is needed."},
    "timezone_aware": {
        "fr": "Il faut une heure avec son décalage, comme 2027-01-12T09:30:00+01:00.",
        "en": "A time with its offset is needed, like 2027-01-12T09:30:00+01:00.",
    },
    "datetime": {"fr": "Il faut une date et une heure.", "en": "A date and a time are needed."},
    "date": {"fr": "Il faut une date.", "en": "A date is needed."},
    "time": {"fr": "Il faut une heure, comme 9:30.", "en": "A time is needed, like 9:30."},
    "": {"fr": "Cette valeur ne convient pas.", "en": "This value is not accepted."},
}
NAME = re.compile(r"[A-Za-z_][\w.-]{0,63}")


def sentence(error: Any, lang: str) -> str:
    """One error of pydantic's, as a sentence: by its full type, else by the type's first word."""
    kind = str(error["type"])
    words = SENTENCES.get(kind) or SENTENCES.get(kind.split("_")[0]) or SENTENCES[""]
    return pick(words, lang).format_map(error.get("ctx", {}))


def explain(errors: Iterable[Any], lang: str) -> list[dict[str, str]]:
    """Each error with a JSON pointer into the body, or the name of the parameter (of path, query or header)."""
    found = []
    for error in errors:
        where, *path = error["loc"]
        if error["type"] == "extra_forbidden":
            path = path[:-1]  # the name of an unknown field is input too
        place = {"pointer": pointer(path)} if where == "body" else {"parameter": ".".join(map(str, path))}
        found.append({**place, "code": str(error["type"]), "detail": sentence(error, lang)})
    return found


def pointer(path: Sequence[str | int]) -> str:
    """`#/children/0/first_name`; a step that is no plain name (a key from the input) is shown as `?`."""
    return "#" + "".join(f"/{step if isinstance(step, int) or NAME.fullmatch(step) else '?'}" for step in path)


def by_field(error: ValidationError, lang: str) -> dict[str, str]:
    """The same for a form: field name -> sentence, the first of each field, for `ui.field(…, errors=)`."""
    found: dict[str, str] = {}
    for one in error.errors(include_input=False, include_url=False):
        found.setdefault(".".join(map(str, one["loc"])), sentence(one, lang))
    return found


def is_bad_json(errors: Sequence[Any]) -> bool:
    """Whether the body could not even be read as JSON."""
    return any(error["type"] == "json_invalid" for error in errors)
