"""Reads a house file, or tells everything that is wrong with it at once: the line and the remedy."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from . import checks, explain
from .charter import Charter
from .creches import Creche
from .enrolments import Agreement, Enrolments
from .lines import Lines, Path
from .model import COLOURS, Closure, Head, Holidays, Opening, Organisation, OrganisationEntry, RoomEntry
from .rooms import assemble
from .whole import House

Entry = TypeVar("Entry", bound=BaseModel)
SECTIONS = (
    "organisations", "rooms", "opening", "holidays", "closures", "enrolments", "agreements", "charter", "creches",
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake of a house file; `line` counts from 1."""

    line: int
    says: str


class HouseFileError(ValueError):
    """The file describes no house. `problems` has every mistake found, by line."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(f"{name}, line {problem.line}: {problem.says}" for problem in self.problems))


def load(path: str | os.PathLike[str]) -> House:
    """The house of that file. Raises HouseFileError, or OSError when there is no such file to read."""
    file = FilePath(path)
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise HouseFileError(file.name, [Problem(line, "these letters are not UTF-8. Save it as UTF-8")]) from None
    return parse(text, file.name)


def parse(text: str, name: str = "house.toml") -> House:
    """The house that a text describes; `name` is what errors call it."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise HouseFileError(name, [Problem(*explain.syntax(error, text))]) from None
    reader = _Reader(raw, Lines(text))
    house = reader.house()
    if house is None or reader.problems:
        raise HouseFileError(name, reader.problems)
    return house


class _Reader:
    def __init__(self, raw: dict[str, Any], lines: Lines) -> None:
        self.raw, self.lines = raw, lines
        self.problems: list[Problem] = []

    def house(self) -> House | None:
        head = self._one(Head, {key: value for key, value in self.raw.items() if key not in SECTIONS}, (), "")
        organisations = self._each(OrganisationEntry, "organisations", "organisation")
        rooms = self._each(RoomEntry, "rooms", "room")
        closures = self._each(Closure, "closures", "closing", needed=False)
        opening = self._section(Opening, "opening")
        holidays = self._section(Holidays, "holidays")
        enrolments = self._section(Enrolments, "enrolments") if "enrolments" in self.raw else None
        agreements = self._each(Agreement, "agreements", "agreement", needed=False)
        charter = self._section(Charter, "charter") if "charter" in self.raw else None
        creches = self._each(Creche, "creches", "crèche", needed=False)

        self._same_names("organisations")
        self._same_names("rooms")
        self._same_names("creches")
        self._found(checks.of_organisations(organisations))
        self._found(checks.of_rooms(rooms, [str(room.get("id")) for room in self._entries("rooms")]))
        self._found(checks.of_closures(closures))
        self._found(checks.of_agreements(agreements, [one.id for one in organisations.values()]))
        self._found(checks.of_creches(creches, [one.id for one in organisations.values()]))
        if charter is not None:
            self._found(checks.of_charter(charter, organisations.values(), [room.id for room in rooms.values()]))
        if head is not None:
            self._found(checks.of_head(head))
            words: dict[Path, Mapping[str, str]] = {("name",): head.name}
            words |= {("rooms", n, "name"): room.name for n, room in rooms.items()}
            words |= {("closures", n, "reason"): closure.reason for n, closure in closures.items()}
            for n, agreement in agreements.items():
                words |= {("agreements", n, "title"): agreement.title, ("agreements", n, "text"): agreement.text}
            for n, creche in creches.items():
                words[("creches", n, "name")] = creche.name
                words |= {("creches", n, "closures", m, "reason"): one.reason for m, one in enumerate(creche.closures)}
            self._found(checks.of_words(head, words))
        if self.problems or head is None or opening is None or holidays is None:
            return None
        return House(
            id=head.id,
            name=head.name,
            timezone=ZoneInfo(head.timezone),
            languages=head.languages,
            organisations=tuple(
                Organisation(**dict(entry), joined=n + 1, colour=COLOURS[n % len(COLOURS)])
                for n, entry in organisations.items()
            ),
            rooms=assemble(list(rooms.values())),
            hours=opening,
            holidays=holidays,
            closures=tuple(closures.values()),
            enrolments=enrolments,
            agreements=tuple(agreements.values()),
            charter=charter,
            creches=tuple(creches.values()),
        )

    def _one(self, model: type[Entry], raw: Any, path: Path, who: str) -> Entry | None:
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            for detail in error.errors():
                if not path and detail["type"] == "extra_forbidden":  # a section's name may be meant
                    key = str(detail["loc"][0])
                    known = {*Head.model_fields, *SECTIONS}
                    says = f"{key!r} is no word of a house file. {explain.did_you_mean(key, known)}"
                else:
                    says = explain.invalid(model, detail)
                self._problem((*path, *detail["loc"]), f"{who}: {says}" if who else says)
            return None

    def _section(self, model: type[Entry], section: str) -> Entry | None:
        if section not in self.raw:
            self._problem((), f"the section [{section}] is missing. Add it at the end of the file")
            return None
        return self._one(model, self.raw[section], (section,), f"[{section}]")

    def _each(self, model: type[Entry], section: str, noun: str, needed: bool = True) -> dict[int, Entry]:
        """The entries that are right by themselves, by their place in the file."""
        raw = self.raw.get(section, [])
        if not isinstance(raw, list) or (needed and not raw):
            self._problem((section,), f"a house has at least one {noun}: begin each with [[{section}]]")
            return {}
        read = {}
        for n, entry in enumerate(raw):
            name = repr(entry["id"]) if isinstance(entry, dict) and "id" in entry else f"number {n + 1}"
            if (one := self._one(model, entry, (section, n), f"{noun} {name}")) is not None:
                read[n] = one
        return read

    def _entries(self, section: str) -> list[dict[str, Any]]:
        raw = self.raw.get(section, [])
        return [entry for entry in raw if isinstance(entry, dict)] if isinstance(raw, list) else []

    def _same_names(self, section: str) -> None:
        first: dict[str, int] = {}
        for n, entry in enumerate(self._entries(section)):
            id, path = str(entry.get("id", "")), (section, n, "id")
            if id and (line := first.setdefault(id, self.lines.of(path))) != self.lines.of(path):
                self._problem(path, f"{id!r} is already the id of line {line}. Give one of them another")

    def _found(self, findings: Iterable[checks.Finding]) -> None:
        for path, says in findings:
            self._problem(path, says)

    def _problem(self, path: Path, says: str) -> None:
        self.problems.append(Problem(self.lines.of(path), says))
