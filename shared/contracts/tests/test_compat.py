"""The guard over published promises: each rule broken once, and what is allowed allowed."""

import json
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from ronde_contracts import compat
from ronde_contracts.catalogue import BY_TYPE
from ronde_contracts.compat import Published, broken
from ronde_contracts.schema import all_schemas
from ronde_contracts.schema_diff import breaks

HOME = Path(__file__).parent.parent
OLD: dict[str, Any] = {
    "x-routing-key": "booking.thing.done.v1",
    "x-exchange": "ronde.events",
    "x-subject": "{id}",
    "type": "object",
    "description": "A thing.",
    "required": ["id", "count"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "count": {"type": "integer", "minimum": 1, "maximum": 10},
        "note": {"anyOf": [{"type": "string", "maxLength": 20}, {"type": "null"}], "default": None},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "only": {"type": "string", "const": "x"},
        "slug": {"type": "string", "pattern": "^a"},
        "slots": {"type": "array", "items": {"$ref": "#/$defs/Slot"}, "default": []},
    },
    "$defs": {"Slot": {"type": "object", "required": ["room"], "properties": {"room": {"type": "string"}}}},
}
REMOVED = "(removed)"

BREAKING = [
    (("properties", "note"), REMOVED, "note: removed"),
    (("required",), ["id", "count", "kind"], "kind: newly required"),
    (("required",), ["id"], "count: no longer required"),
    (("properties", "count", "type"), "string", "count: narrowed, it no longer takes integer"),
    (("properties", "note", "anyOf"), [{"type": "string", "maxLength": 20}], "note: narrowed, it no longer takes null"),
    (("properties", "count"), {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 10}, {"type": "null"}]},
     "count: widened, it may now be null"),
    (("properties", "kind", "enum"), ["a"], "kind: narrowed, b is no longer a value"),
    (("properties", "kind", "enum"), ["a", "b", "c"], "kind: widened, c is a value that readers do not know"),
    (("properties", "kind", "enum"), REMOVED, "kind: widened, any value now"),
    (("properties", "slug", "enum"), ["abc"], "slug: narrowed, only abc now"),
    (("properties", "only", "const"), "y", "only: narrowed, x is no longer a value"),
    (("properties", "count", "maximum"), 5, "count: narrowed, maximum 10 became 5"),
    (("properties", "count", "maximum"), 50, "count: widened, maximum 10 became 50"),
    (("properties", "count", "minimum"), 2, "count: narrowed, minimum 1 became 2"),
    (("properties", "count", "minimum"), REMOVED, "count: widened, minimum 1 became None"),
    (("properties", "slug", "maxLength"), 9, "slug: narrowed, maxLength None became 9"),
    (("properties", "slug", "pattern"), "^b", "slug: other rule, pattern '^a' became '^b'"),
    (("properties", "id", "format"), "email", "id: other rule, format 'uuid' became 'email'"),
    (("properties", "note", "default"), "-", "note: another default"),
    (("$defs", "Slot", "properties", "room"), REMOVED, "slots[].room: removed"),
    (("$defs", "Slot", "required"), ["room", "floor"], "slots[].floor: newly required"),
    (("$defs", "Slot", "properties", "room", "minLength"), 3, "slots[].room: narrowed, minLength None became 3"),
    (("x-routing-key",), "booking.thing.v1", "routing key changed: booking.thing.done.v1 became booking.thing.v1"),
    (("x-exchange",), "ronde.private", "exchange changed"),
    (("x-subject",), "{count}", "subject changed"),
]  # fmt: skip

HARMLESS = [
    (("properties", "extra"), {"type": "string"}),
    (("$defs", "Slot", "properties", "floor"), {"type": "integer"}),
    (("description",), "The thing, said better."),
    (("properties", "count", "description"), "how many"),
    (
        ("properties", "slots", "items"),
        {"type": "object", "required": ["room"], "properties": {"room": {"type": "string"}}},
    ),
]


def changed(where: tuple[str, ...], value: object) -> dict[str, Any]:
    new = deepcopy(OLD)
    node = new
    for key in where[:-1]:
        node = node[key]
    if value is REMOVED:
        del node[where[-1]]
    else:
        node[where[-1]] = value
    return new


@pytest.mark.parametrize(("where", "value", "said"), BREAKING, ids=[said for *_, said in BREAKING])
def test_a_broken_promise_is_named(where: tuple[str, ...], value: object, said: str) -> None:
    found = breaks(OLD, changed(where, value))
    assert any(sentence.startswith(said) for sentence in found), found


@pytest.mark.parametrize(("where", "value"), HARMLESS, ids=[".".join(where) for where, _ in HARMLESS])
def test_what_nobody_feels_is_allowed(where: tuple[str, ...], value: object) -> None:
    assert breaks(OLD, changed(where, value)) == []


def test_a_type_may_come_and_none_may_go() -> None:
    assert broken(Published({"a.done.v1": OLD}), Published({"a.done.v1": OLD, "a.done.v2": OLD})) == []
    assert broken(Published({"a.done.v1": OLD}), Published({"a.done.v2": OLD}))[0].startswith(
        "a.done.v1: no longer there"
    )


@pytest.mark.parametrize("after", [{"a.json": b"{ }"}, {}])
def test_a_sample_is_frozen(after: dict[str, bytes]) -> None:
    old = Published(samples={"a.json": b"{}"})
    assert broken(old, Published(samples={"a.json": b"{}", "b.json": b"{}"})) == []
    assert broken(old, Published(samples=after)) == ["samples/a.json: a committed sample is never edited nor removed"]


@pytest.mark.parametrize("type_", BY_TYPE)
def test_no_event_loses_a_field_unnoticed(type_: str) -> None:
    new = all_schemas()
    old = deepcopy(new)
    old[type_]["properties"]["once"] = {"type": "string"}
    assert broken(Published(old), Published(new)) == [f"{type_}: once: removed"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository of one commit with contracts in which session.planned.v1 had one field more."""
    home = tmp_path / "origin" / "shared" / "contracts"
    shutil.copytree(HOME / "schemas", home / "schemas")
    shutil.copytree(HOME / "samples", home / "samples")
    path = home / "schemas/session.planned.v1.json"
    schema = json.loads(path.read_text())
    schema["properties"]["once"] = {"type": "string"}
    path.write_text(json.dumps(schema))
    git(tmp_path / "origin", "init", "-q", "-b", "main")
    git(tmp_path / "origin", "add", ".")
    git(tmp_path / "origin", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "one")
    return home


def test_the_last_commit_is_what_counts_where_there_is_no_remote(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compat.main([], home=checkout) == 1
    assert "session.planned.v1: once: removed" in capsys.readouterr().out


@pytest.mark.usefixtures("checkout")
def test_a_shallow_clone_compares_with_the_common_branch(tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path}/origin", "clone")
    home = tmp_path / "clone/shared/contracts"
    assert compat.main([], home=home) == 1
    git(tmp_path / "clone", "remote", "remove", "origin")
    assert compat.main([], home=home) == 1
    assert compat.main(["--against", "HEAD"], home=home) == 1
    assert compat.main(["--against", "no-such-commit"], home=home) == 2


def test_a_folder_is_compared_too_and_no_history_is_no_error(checkout: Path, tmp_path: Path) -> None:
    assert compat.main(["--against", str(checkout)], home=HOME) == 1
    assert compat.main(["--against", str(HOME)], home=HOME) == 0
    shutil.rmtree(tmp_path / "origin/.git")
    assert compat.main([], home=checkout) == 0


def test_an_edited_sample_is_seen(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / "samples/binary/session.planned.v1.json").write_text("{}")
    assert compat.main([], home=checkout) == 1
    assert "samples/binary/session.planned.v1.json: a committed sample" in capsys.readouterr().out


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)
