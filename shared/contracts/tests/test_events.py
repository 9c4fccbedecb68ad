"""The classes: wire names, round trips by JSON, what a schema allows a class takes."""

import ast
import re
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import ronde_contracts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ronde_contracts.catalogue import BY_TYPE, EVENTS
from ronde_contracts.event import PRIVATE, Event
from ronde_contracts.schema import event_schema, resolve

PACKAGE = Path(ronde_contracts.__file__).parent
each_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)

TIMES = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis wants them naive
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([timezone(timedelta(hours=h)) for h in (0, 1, 2, -4, 4)]),
)


def allowed_by(node: dict[str, Any], root: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the schema allows, for the part of JSON Schema that our classes make."""
    node = resolve(node, root)
    if "anyOf" in node:
        return st.one_of([allowed_by(choice, root) for choice in node["anyOf"]])
    if "enum" in node or "const" in node:
        return st.sampled_from(node.get("enum") or [node["const"]])
    kind = node["type"]
    if kind == "null":
        return st.none()
    if kind == "boolean":
        return st.booleans()
    if kind == "integer":
        return st.integers(node.get("minimum"), node.get("maximum", 2**31))
    if kind == "string":
        return _texts(node)
    if kind == "array":
        return st.lists(allowed_by(node["items"], root), min_size=node.get("minItems", 0), max_size=4)
    if "patternProperties" in node:
        ((pattern, value),) = node["patternProperties"].items()
        words = allowed_by(value, root)
        return st.dictionaries(_like(pattern), words, max_size=2).flatmap(
            lambda some: words.map(lambda french: {**some, "fr": french})
        )
    fields = {name: allowed_by(field, root) for name, field in node["properties"].items()}
    must = node.get("required", [])
    return st.fixed_dictionaries(
        {name: fields[name] for name in must},
        optional={name: field for name, field in fields.items() if name not in must},
    ).map(_in_order)


def _texts(node: dict[str, Any]) -> st.SearchStrategy[str]:
    match node.get("format"):
        case "uuid":
            return st.uuids().map(str)
        case "date-time":
            return TIMES.map(lambda at: at.isoformat())
        case "date":
            return st.dates().map(str)
        case "email":
            return _like(r"[a-z]{1,9}@[a-z]{1,9}\.(fr|org)")
    if "pattern" in node:
        return _like(node["pattern"])
    return st.text(min_size=node.get("minLength", 0), max_size=node.get("maxLength", 30))


def _like(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True).filter(lambda text: "\n" not in text)


def _in_order(fields: dict[str, Any]) -> dict[str, Any]:
    """Keep the rules that JSON Schema cannot say."""
    if "starts_on" in fields and "absence_id" in fields:
        fields = {**fields, "ends_on": max(fields["starts_on"], fields["ends_on"])}
    if "starts_at" in fields and fields.keys() & {"room_name", "title", "request_id", "refusal", "child_id"}:
        start = datetime.fromisoformat(fields["starts_at"])
        fields = {**fields, "ends_at": (start + timedelta(minutes=90)).isoformat()}
    if "to_months" in fields:
        fields = {**fields, "to_months": max(fields["to_months"], fields.get("from_months", 0))}
    return fields


@each_event
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_the_schema_allows_the_class_takes_and_writes_again(event: type[Event], data: st.DataObject) -> None:
    schema = event_schema(event)
    drawn = data.draw(allowed_by(schema, schema))
    jsonschema.validate(drawn, schema, format_checker=jsonschema.FormatChecker())
    built = event.model_validate(drawn)
    written = built.model_dump_json()
    assert event.model_validate_json(written) == built
    assert event.model_validate_json(written, strict=True) == built
    jsonschema.validate(built.model_dump(mode="json"), schema, format_checker=jsonschema.FormatChecker())
    assert 0 < len(built.subject) <= 200


def test_every_class_is_in_the_catalogue() -> None:
    def leaves(cls: type[Event]) -> set[type[Event]]:
        below = cls.__subclasses__()
        return set().union(*map(leaves, below)) if below else {cls}

    assert leaves(Event) == set(EVENTS)


def test_wire_names_are_unique() -> None:
    assert len(BY_TYPE) == len(EVENTS)
    assert len({event.routing_key for event in EVENTS}) == len(EVENTS)


@each_event
def test_the_routing_key_is_the_producer_then_the_type(event: type[Event]) -> None:
    assert re.fullmatch(r"[a-z-]+\.[a-z-]+\.v[1-9]", event.type)
    module, _, _ = event.__module__.rsplit(".", 1)[1].partition("_")
    producer = "*" if module == "partners" else module
    assert event.routing_key == f"{producer}.{event.type}"


@each_event
def test_wire_names_are_written_out_in_the_class(event: type[Event]) -> None:
    assert {"type", "routing_key"} <= vars(event).keys()


@each_event
def test_the_subject_is_made_of_fields_that_must_be_there(event: type[Event]) -> None:
    assert event.subject_from
    assert set(event.subject_from) <= set(event_schema(event)["required"])


def test_no_contact_detail_can_travel_on_the_open_exchange() -> None:
    for event in EVENTS:
        if event.exchange != PRIVATE:
            assert not {"email", "phone", "url", "name", "address"} & set(event.model_fields), event.type


def test_contracts_need_pydantic_and_nothing_else() -> None:
    imported = set()
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                imported.add((node.module or "").split(".")[0])
    assert imported - set(sys.stdlib_module_names) == {"pydantic"}
