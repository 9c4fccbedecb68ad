"""JSON Schema 2020-12 of every event's data and of the envelope, from the classes."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from .catalogue import EVENTS
from .envelope import Envelope
from .event import Event

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Plain(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False  # "Session Id" says nothing that session_id does not


def producer_of(event: type[Event]) -> str | None:
    """Who says it: a service's name, or None when any partner may."""
    first = event.routing_key.split(".", 1)[0]
    return None if first == "*" else first


def subject_of(event: type[Event]) -> str:
    """How the subject is made, as a template over the fields of data: `{organiser}/{session_id}`."""
    return "/".join(f"{{{name}}}" for name in event.subject_from)


def sentence_of(event: type[Event]) -> str:
    """What it says, on one line."""
    return " ".join((event.__doc__ or "").split())


def event_schema(event: type[Event]) -> Schema:
    """The schema of `data`. The `x-` keys are what belongs to the contract and JSON Schema has no word for."""
    wire = {
        "x-routing-key": event.routing_key,
        "x-exchange": event.exchange,
        "x-subject": subject_of(event),
    }
    return {"$schema": DIALECT, "$id": f"urn:ronde:{event.type}", **_of(event, wire)}


def envelope_schema() -> Schema:
    return {"$schema": DIALECT, "$id": "urn:ronde:envelope", **_of(Envelope, {})}


def all_schemas() -> dict[str, Schema]:
    """`envelope` and every type, to its schema."""
    return {"envelope": envelope_schema(), **{event.type: event_schema(event) for event in EVENTS}}


def resolve(node: Schema, root: Schema) -> Schema:
    """Follow a local `$ref`, keeping what is written beside it."""
    if "$ref" not in node:
        return node
    found: Schema = root["$defs"][node["$ref"].rsplit("/", 1)[1]]
    return resolve({**found, **{key: value for key, value in node.items() if key != "$ref"}}, root)


def _of(model: type[BaseModel], wire: Schema) -> Schema:
    schema = model.model_json_schema(schema_generator=_Plain)
    head: Schema = {key: schema.pop(key) for key in ("title", "description") if key in schema}
    head["description"] = " ".join(head["description"].split())
    definitions = {"$defs": schema.pop("$defs")} if "$defs" in schema else {}
    order = ("type", "required", "properties")
    return {**head, **wire, **{key: schema[key] for key in order if key in schema}, **definitions}
