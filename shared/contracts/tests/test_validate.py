"""What `ronde events check` says of a message that is wrong, and that it is silent about one that is right."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ronde_contracts.envelope import MAX_BODY
from ronde_contracts.schema import envelope_schema
from ronde_contracts.validate import validate

SAMPLE = (Path(__file__).parent.parent / "samples/session.planned.v1.json").read_bytes()
REMOVED = "(removed)"
LATER = "2026-10-06T12:00:00+02:00"

WRONG = [
    ("id", REMOVED, "id", "Field required"),
    ("id", "42", "id", "UUID"),
    ("specversion", "0.3", "specversion", "1.0"),
    ("source", "relais", "source", "pattern"),
    ("source", "/villeurbanne/Relais", "source", "pattern"),
    ("type", "session.planned.v9", "type", "no such type or version"),
    ("type", "Session Planned", "type", "pattern"),
    ("type", "room.painted.v1", "type", "no such type or version"),
    ("subject", "0199a1f0-0000-7c3e-9b21-5d0f4e6a0000", "subject", "not the id"),
    ("sequence", REMOVED, "sequence", "Field required"),
    ("sequence", None, "sequence", "valid string"),
    ("sequence", "1.5", "sequence", "pattern"),
    ("sequence", "007", "sequence", "pattern"),
    ("sequence", -1, "sequence", "valid string"),
    ("sequence", True, "sequence", "valid string"),
    ("time", "2026-09-08T08:12:30", "time", "timezone"),
    ("time", 1788855150, "time", "datetime"),
    ("datacontenttype", "text/xml", "datacontenttype", "pattern"),
    ("dataschema", "urn:ronde:session.changed.v1", "dataschema", "another type"),
    ("traceparent", "abc", "traceparent", "pattern"),
    ("data", REMOVED, "data", "Field required"),
    ("data", [], "data", "object"),
    ("data.title", REMOVED, "data.title", "Field required"),
    ("data.title", {"en": "Sounds"}, "data.title", "fr must be there"),
    ("data.title.fr", "x" * 201, "data.title.fr", "200"),
    ("data.room", "Salle de motricité", "data.room", "pattern"),
    ("data.people", "20", "data.people", "integer"),
    ("data.people", 0, "data.people", "greater"),
    ("data.starts_at", LATER, "data", "ends_at must be after starts_at"),
    ("data.starts_at", "2026-10-06T09:30:00", "data.starts_at", "timezone"),
    ("data.ages.to_months", 3, "data.ages", "to_months must not be below"),
    ("data.audience", ["grandparent"], "data.audience.0", "family"),
]  # fmt: skip
NO_HARM = [
    ("sequence", 1),
    ("subject", "0199A1F0-1001-7C3E-9B21-5D0F4E6A1001"),
    ("data.session_id", "0199A1F0-1001-7C3E-9B21-5D0F4E6A1001"),
    ("subjectkind", "session"),
    ("dataschema", REMOVED),
    ("traceparent", REMOVED),
    ("traceparent", None),
    ("datacontenttype", "application/json; charset=utf-8"),
    ("data.colour", "red"),
    ("data.room", REMOVED),
    ("data.ages", REMOVED),
]


def message(where: str = "", value: object = None) -> dict[str, Any]:
    """The sample with one place changed."""
    whole: dict[str, Any] = json.loads(SAMPLE)
    node, keys = whole, where.split(".")
    for key in keys[:-1]:
        node = node[key]
    if value is REMOVED:
        del node[keys[-1]]
    elif where:
        node[keys[-1]] = value
    return whole


@pytest.mark.parametrize(("where", "value", "path", "said"), WRONG, ids=[f"{w}={v}"[:40] for w, v, *_ in WRONG])
def test_what_is_wrong_is_said_with_its_place_and_a_remedy(where: str, value: object, path: str, said: str) -> None:
    problems = validate(message(where, value))
    assert any(p.path == path and said in p.message for p in problems), problems
    assert all(p.remedy.endswith((".", "?")) for p in problems)


@pytest.mark.parametrize(("where", "value"), NO_HARM, ids=[f"{w}={v}"[:40] for w, v in NO_HARM])
def test_what_does_no_harm_passes_here_and_by_the_schema(where: str, value: object) -> None:
    assert validate(message(where, value)) == []
    jsonschema.validate(message(where, value), envelope_schema(), format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b'"\xff"', "no JSON"),
        (b"[1]", "no JSON object"),
        (b'{"a": "' + b"x" * MAX_BODY + b'"}', "bytes"),
    ],
    ids=["empty", "half", "latin-1", "list", "large"],
)
def test_what_is_no_message_at_all(body: bytes, said: str) -> None:
    (problem,) = validate(body)
    assert said in problem.message


def test_a_message_of_256_kib_is_still_one() -> None:
    whole = message()
    whole["padding"] = "x" * (MAX_BODY - len(json.dumps({**whole, "padding": ""}, ensure_ascii=False).encode()))
    body = json.dumps(whole, ensure_ascii=False).encode()
    assert len(body) == MAX_BODY
    assert validate(body) == []
    assert validate(body + b" ") != []


def test_another_member_cannot_say_what_a_service_says() -> None:
    sample = Path(__file__).parent.parent / "samples/reservation.confirmed.v1.json"
    forged = {**json.loads(sample.read_bytes()), "source": "/villeurbanne/relais"}
    assert [str(p) for p in validate(forged)] == [
        "source: only booking says reservation.confirmed.v1. Its source ends in /booking."
    ]


def test_a_mistyped_name_gets_the_right_one() -> None:
    assert validate(message("type", "session.plannned.v1"))[0].remedy == "Did you mean session.planned.v1?"


def test_no_value_of_the_message_is_repeated() -> None:
    sample = Path(__file__).parent.parent / "samples/contact.recorded.v1.json"
    private = json.loads(sample.read_bytes())
    private["data"] |= {"phone": "06 39 98 00 12", "email": "famille.exemple"}
    told = " ".join(map(str, validate(private)))
    assert "data.phone" in told
    assert "data.email" in told
    assert "39 98" not in told
    assert "exemple" not in told
