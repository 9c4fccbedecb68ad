"""Reads one structured message as a strict consumer would, and says everything that is wrong with it."""

import json
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from .catalogue import BY_TYPE
from .envelope import MAX_BODY, Envelope
from .event import Event
from .schema import producer_of, subject_of


@dataclass(frozen=True)
class Problem:
    """Where (`data.title.fr`; empty for the whole message), what, and what to do. Never a value of the message."""

    path: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path or 'message'}: {self.message}. {self.remedy}"


# By place, or by the kind of pydantic error.
REMEDIES = {
    "missing": "Add it.",
    "uuid_parsing": "Write a UUID: 01985b5e-8c00-7000-8000-000000000001.",
    "uuid_type": "Write a UUID as a text: 01985b5e-8c00-7000-8000-000000000001.",
    "timezone_aware": "Add the offset: 2026-10-06T09:00:00+02:00, or Z for UTC.",
    "datetime_from_date_parsing": "Write date, time and offset: 2026-10-06T09:00:00+02:00.",
    "datetime_parsing": "Write date, time and offset: 2026-10-06T09:00:00+02:00.",
    "datetime_type": "Write the time as a text: 2026-10-06T09:00:00+02:00.",
    "string_too_long": "Shorten it.",
    "sequence": 'Write a whole number from 0 in a string: "3".',
}


def validate(document: dict[str, Any] | bytes) -> list[Problem]:
    """Every problem of a structured message (as read from JSON, or its bytes); empty when the house takes it.

    Stricter than the consumers, who forgive what does no harm (a number written as a text, no `time`): what passes
    here passes everywhere. Broker rights and user_id are the broker's to check, and are not looked at.
    """
    body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    if len(body) > MAX_BODY:
        return [Problem("", f"{len(body)} bytes", f"A message has at most {MAX_BODY}: send ids, not files.")]
    try:
        message = json.loads(body)
    except ValueError:
        return [Problem("", "it is no JSON in UTF-8", "Send one JSON object.")]
    if not isinstance(message, dict):
        return [Problem("", "it is no JSON object", "Put the event into a CloudEvents envelope.")]
    return [*_reading(Envelope, body, ""), *_of_its_type(message)]


def _of_its_type(message: dict[str, Any]) -> list[Problem]:
    type_, data = message.get("type"), message.get("data")
    if not isinstance(type_, str):
        return []
    event = BY_TYPE.get(type_)
    if event is None:
        near = get_close_matches(type_, BY_TYPE, n=1)
        known = f"Did you mean {near[0]}?" if near else f"The types are: {', '.join(BY_TYPE)}."
        return [Problem("type", "the house knows no such type or version", known)]
    if not isinstance(data, dict):
        return []
    problems = _reading(event, json.dumps(data).encode(), "data")
    return problems or _agreeing(message, event, event.model_validate_json(json.dumps(data)))


def _agreeing(message: dict[str, Any], event: type[Event], data: Event) -> list[Problem]:
    """What the envelope says a second time must be what the data and the type say."""
    problems = []
    subject = message.get("subject")
    if isinstance(subject, str) and subject.lower() != data.subject.lower():  # a UUID may come in capitals
        problems.append(Problem("subject", "it is not the id that data has", f"It is {subject_of(event)} of data."))
    if message.get("dataschema") not in (None, f"urn:ronde:{event.type}"):
        problems.append(
            Problem("dataschema", "it is of another type", f"Write urn:ronde:{event.type}, or leave it out.")
        )
    who, source = producer_of(event), message.get("source")
    if who is not None and isinstance(source, str) and not source.endswith(f"/{who}"):
        problems.append(Problem("source", f"only {who} says {event.type}", f"Its source ends in /{who}."))
    return problems


def _reading(model: type[BaseModel], body: bytes, under: str) -> list[Problem]:
    try:
        model.model_validate_json(body, strict=True)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        problems = [_problem(e["type"], e["loc"], e["msg"], under) for e in found]
        return list({problem.path: problem for problem in reversed(problems)}.values())[::-1]
    return []


def _problem(kind: str, location: tuple[int | str, ...], words: str, under: str) -> Problem:
    # `constrained-str` and the like are pydantic's names for the branches of a choice, and no place in a message.
    places = [str(part) for part in location if not str(part).startswith("constrained-")]
    path = ".".join([under, *places] if under else places)
    where = "the schema of its type" if under else "schemas/envelope.json"
    return Problem(path, words.removeprefix("Value error, "), REMEDIES.get(path) or REMEDIES.get(kind, f"See {where}."))
