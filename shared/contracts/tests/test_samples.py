"""One frozen message per type: every consumer must understand it for ever."""

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ronde_contracts.catalogue import BY_TYPE
from ronde_contracts.envelope import BINARY_PREFIXES
from ronde_contracts.schema import envelope_schema, event_schema
from ronde_contracts.validate import validate

SAMPLES = Path(__file__).parent.parent / "samples"
each_type = pytest.mark.parametrize("type_", BY_TYPE)


def sample(type_: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((SAMPLES / f"{type_}.json").read_bytes())
    return read


@each_type
def test_the_class_understands_its_sample(type_: str) -> None:
    message = sample(type_)
    event = BY_TYPE[type_].model_validate(message["data"])
    assert message["type"] == type_
    assert event.subject == message["subject"]


@each_type
def test_no_field_of_the_sample_has_been_forgotten(type_: str) -> None:
    """Unknown fields are ignored, so a removed one would go unnoticed: what was written then is still read now."""
    data = sample(type_)["data"]
    assert paths(data) <= paths(BY_TYPE[type_].model_validate(data).model_dump(mode="json"))


@each_type
def test_the_sample_follows_both_schemas(type_: str) -> None:
    message = sample(type_)
    checker = jsonschema.FormatChecker()
    jsonschema.validate(message, envelope_schema(), format_checker=checker)
    jsonschema.validate(message["data"], event_schema(BY_TYPE[type_]), format_checker=checker)
    assert validate(message) == []


@each_type
def test_a_field_that_nobody_knows_yet_is_ignored(type_: str) -> None:
    data = sample(type_)["data"]
    known, newer = (BY_TYPE[type_].model_validate(d) for d in (data, {**data, "from_the_future": {"a": [1]}}))
    assert newer == known


@pytest.mark.parametrize("prefix", BINARY_PREFIXES)
def test_the_binary_sample_is_the_structured_one_in_headers(prefix: str) -> None:
    message = json.loads((SAMPLES / "binary/session.planned.v1.json").read_bytes())
    headers = {name.replace("ce-", prefix, 1): value for name, value in message["headers"].items()}
    attributes = {name.removeprefix(prefix): value for name, value in headers.items()}
    content_type = message["properties"]["content_type"]
    assert sample("session.planned.v1") == {**attributes, "datacontenttype": content_type, "data": message["body"]}
    assert message["properties"]["message_id"] == attributes["id"]
    assert message["routing_key"] == f"{message['properties']['user_id']}.{attributes['type']}"


def test_a_committed_sample_is_never_edited() -> None:
    """A mistake in a sample stays: others have built on it. SHA256SUMS is only appended to (compat checks git)."""
    sums = {}
    for line in (SAMPLES / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split(maxsplit=1)
        assert name not in sums, f"{name} is there twice"
        sums[name] = digest
    found = {
        path.relative_to(SAMPLES).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in SAMPLES.rglob("*.json")
    }
    assert found == sums


def test_ids_of_samples_are_their_own() -> None:
    ids = [sample(type_)["id"] for type_ in BY_TYPE]
    assert len(set(ids)) == len(ids)


def paths(value: Any, at: str = "") -> set[str]:
    if isinstance(value, dict):
        return {p for key, item in value.items() for p in {f"{at}.{key}"} | paths(item, f"{at}.{key}")}
    if isinstance(value, list):
        return {p for item in value for p in paths(item, f"{at}[]")}
    return set()
