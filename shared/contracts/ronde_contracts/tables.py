"""The page of events for people: each type with a table of its fields."""

from typing import Any

from .catalogue import EVENTS
from .event import PRIVATE, Event
from .schema import Schema, event_schema, producer_of, resolve, sentence_of, subject_of

FORMATS = {"uuid": "UUID", "date-time": "time with offset", "email": "e-mail"}
HEAD = """\
# The events of the house

Written by `make contracts` from `ronde_contracts/`: change the classes, not this page.
How to say and hear them is in [the contracts' own page](../README.md).
A field marked **yes** must be there. `a.b` is the field `b` of the object `a`; `[]` is each of a list.

| event | said by | exchange | what it says |
|---|---|---|---|
"""


def page() -> str:
    """The whole page, as Markdown."""
    return HEAD + "".join(_line(event) for event in EVENTS) + "".join(_section(event) for event in EVENTS)


def _line(event: type[Event]) -> str:
    anchor = event.type.replace(".", "")
    return f"| [{event.type}](#{anchor}) | {_who(event)} | {event.exchange} | {sentence_of(event)} |\n"


def _section(event: type[Event]) -> str:
    schema = event_schema(event)
    key = event.routing_key.replace("*", "<you>")
    return "\n".join(
        (
            f"\n## {event.type}\n",
            f"{sentence_of(event)}\n",
            f"- said by {_who(event)}, exchange `{event.exchange}`, routing key `{key}`",
            f"- subject: `{subject_of(event)}`",
            f"- [schema]({event.type}.json), [a message](../samples/{event.type}.json)\n",
            "| field | type | there | meaning |",
            "|---|---|---|---|",
            *_rows(schema, schema, ""),
            "",
        )
    )


def _who(event: type[Event]) -> str:
    who = producer_of(event) or "partners"
    return f"{who} (for notify alone)" if event.exchange == PRIVATE else who


def _rows(node: Schema, root: Schema, prefix: str) -> list[str]:
    rows: list[str] = []
    for name, field in node.get("properties", {}).items():
        rows += _field(f"{prefix}{name}", field, root, required=name in node.get("required", ()))
    return rows


def _field(path: str, field: Schema, root: Schema, *, required: bool) -> list[str]:
    choices = [resolve(choice, root) for choice in field.get("anyOf", [field])]
    node = next(choice for choice in choices if choice.get("type") != "null")
    nullable = len(choices) > 1
    if node.get("type") == "array":
        path, node = f"{path}[]", {**resolve(node["items"], root), "list": True}
    there = "yes" if required else _default(field)
    meaning = field.get("description") or node.get("description") or ""
    row = f"| `{path}` | {_type(node)}{' or null' if nullable else ''} | {there} | {meaning} |"
    return [row, *_rows(node, root, f"{path}.")]


def _default(field: Schema) -> str:
    default: Any = field.get("default")
    if default in (None, []) or isinstance(default, dict):
        return "no"
    return f"no: {', '.join(default) if isinstance(default, list) else str(default).lower()}"


def _type(node: Schema) -> str:
    if "enum" in node:
        kind = " / ".join(f"`{value}`" for value in node["enum"])
    elif "patternProperties" in node:
        kind = 'texts by language: `{"fr": "…", "en": "…"}`'
    else:
        kind = FORMATS.get(node.get("format", ""), str(node.get("type", "")))
    bounds = [
        f"{word} {node[key]}"
        for key, word in (("minimum", "from"), ("maximum", "to"), ("maxLength", "at most"))
        if key in node
    ]
    if "pattern" in node:
        bounds.append(f"`{node['pattern']}`")
    return " ".join([kind, *bounds])
