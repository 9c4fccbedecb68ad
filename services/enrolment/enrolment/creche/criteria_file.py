"""Reads a commission's file, or tells everything that is wrong with it at once: the line and the remedy."""

import os
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ronde.house import HouseFileError, Problem, explain
from ronde.house.checks import Finding
from ronde.house.lines import Lines

from enrolment.creche.criteria import NEUTRAL, Appeal, Applications, Criteria, Criterion, Group, Slot
from enrolment.creche.criteria_words import never_a_criterion, touches

LANGUAGES = ("fr", "en")
PARTS: Mapping[str, type[BaseModel]] = {"slots": Slot, "groups": Group, "criteria": Criterion}
ONCE: Mapping[str, type[BaseModel]] = {"appeal": Appeal, "applications": Applications}


def load(path: str | os.PathLike[str]) -> Criteria:
    """The criteria of that file. Raises HouseFileError, or OSError when there is no such file to read."""
    file = Path(path)
    return parse(file.read_text(encoding="utf-8"), file.name)


def parse(text: str, name: str = "commission.toml") -> Criteria:
    """The criteria that a text describes; `name` is what errors call it."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise HouseFileError(name, [Problem(*explain.syntax(error, text))]) from None
    lines = Lines(text)
    try:
        criteria = Criteria.model_validate(raw)
    except ValidationError as error:
        problems = [Problem(lines.of(detail["loc"]), _said(detail)) for detail in error.errors()]
        raise HouseFileError(name, problems) from None
    if problems := [Problem(lines.of(path), says) for path, says in _findings(criteria)]:
        raise HouseFileError(name, problems)
    return criteria


def _said(detail: ErrorDetails) -> str:
    """Of the part of the file in which it is wrong, as the house file says it."""
    where = detail["loc"]
    if len(where) > 2 and where[0] in PARTS:
        inner: ErrorDetails = {**detail, "loc": where[2:]}
        return f"{where[0]}, number {int(where[1]) + 1}: {explain.invalid(PARTS[str(where[0])], inner)}"
    if len(where) > 1 and where[0] in ONCE:
        inner = {**detail, "loc": where[1:]}
        return f"{where[0]}: {explain.invalid(ONCE[str(where[0])], inner)}"
    return explain.invalid(Criteria, detail)


def _findings(criteria: Criteria) -> Iterator[Finding]:
    yield from _of_dates(criteria)
    yield from _of_names(criteria)
    yield from _of_words(criteria)
    families = Counter(one.one_of for one in criteria.criteria)
    for n, one in enumerate(criteria.criteria):
        at = ("criteria", n)
        if found := never_a_criterion(one):
            what, word = found
            yield at, f"{one.id!r} says {word!r}: {what} is never a criterion. Take it out"
        if not one.sensitive and (found_word := touches(one)):
            yield at, f"{one.id!r} says {found_word!r}: only its points may be kept. Add: sensitive = true"
        if one.one_of and families[one.one_of] == 1:
            yield (*at, "one_of"), f"no other criterion has one_of = {one.one_of!r}. Take it out, or give it to another"
        if one.at == "creche" and one.sensitive:
            yield (*at, "at"), f"{one.id!r} is sensitive: at one crèche it could be told apart. Take out at"
        if one.at == "creche" and criteria.counted_by == "half-day":
            yield (
                (*at, "at"),
                f"{one.id!r} counts in one crèche only, and places are counted by half-day: a family could then gain "
                'by hiding what it wants. Take out at, or write counted_by = "pattern"',
            )


def _of_dates(criteria: Criteria) -> Iterator[Finding]:
    if criteria.closes <= criteria.published:
        yield ("closes",), "applications close before the criteria are published. Correct one of the two dates"
    if criteria.drawn <= criteria.closes:
        yield ("drawn",), "the draw would be known while one may still apply. Write a day after closes"


def _of_names(criteria: Criteria) -> Iterator[Finding]:
    for section in PARTS:
        seen = {NEUTRAL} if section == "criteria" else set()
        for n, one in enumerate(getattr(criteria, section)):
            if one.id in seen:
                yield (section, n, "id"), f"{one.id!r} is taken. Give this one another id"
            seen.add(one.id)
    for n, group in enumerate(criteria.groups):
        if group.to_months < group.from_months:
            yield ("groups", n, "to_months"), f"{group.id!r} ends before it begins: swap the two ages"
        for other in criteria.groups[:n]:
            if group.from_months <= other.to_months and other.from_months <= group.to_months:
                yield ("groups", n), f"{group.id!r} shares ages with {other.id!r}. Let one begin after the other"


def _of_words(criteria: Criteria) -> Iterator[Finding]:
    """What families read is there in each language."""
    words: dict[tuple[str | int, ...], Mapping[str, str]] = {
        ("name",): criteria.name,
        ("draw",): criteria.draw,
        ("neutral",): criteria.neutral,
        ("appeal", "to"): criteria.appeal.to,
        ("appeal", "court"): criteria.appeal.court,
    }
    for section in ("slots", "groups"):
        words |= {(section, n, "name"): one.name for n, one in enumerate(getattr(criteria, section))}
    for n, one in enumerate(criteria.criteria):
        words |= {("criteria", n, "label"): one.label, ("criteria", n, "proof"): one.proof}
    for path, said in words.items():
        for language in LANGUAGES:
            if language not in said:
                key = f"{path[-1]}.{language}"
                yield path, f'{key} is missing. Add: {key} = "…"'
