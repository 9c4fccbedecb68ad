"""The AsyncAPI document as the official parser reads it, with every schema followed."""

import fcntl
import json
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from ronde_contracts.catalogue import EVENTS
from ronde_contracts.event import Event

HERE = Path(__file__).parent
PARSER = HERE / "asyncapi-parser"
DOCUMENT = HERE.parent / "schemas" / "asyncapi.yaml"
ERROR = 0  # the parser's severities: 0 error, 1 warning, 2 information
each_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)


@pytest.fixture(scope="module")
def parser() -> Path:
    """The official parser, installed once from its lock file into a folder that git ignores."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not on this machine: the official AsyncAPI parser was not asked")
    lock, installed = PARSER / "package-lock.json", PARSER / "node_modules/.from"
    with lock.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # one test process installs, the others wait for it
        wanted = held.read()
        if not installed.exists() or installed.read_bytes() != wanted:
            install()
            installed.write_bytes(wanted)
    return PARSER / "parse.mjs"


def install() -> None:
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--loglevel=error"]
    try:
        subprocess.run(command, cwd=PARSER, check=True, capture_output=True, timeout=180)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        told = (error.stderr or b"").decode(errors="replace")
        codes = [line.split()[-1] for line in told.splitlines() if line.startswith("npm error code")]
        pytest.skip(f"npm could not install the official AsyncAPI parser: {', '.join(codes) or type(error).__name__}")


def parse(parser: Path, document: Path) -> dict[str, Any]:
    done = subprocess.run(["node", str(parser), str(document)], check=True, capture_output=True, timeout=60)
    read: dict[str, Any] = json.loads(done.stdout)
    return read


@pytest.fixture(scope="module")
def parsed(parser: Path) -> dict[str, Any]:
    """Parsed once for all test processes: the parser takes ten seconds over it."""
    kept = PARSER / "node_modules" / f".parsed-{sha256(DOCUMENT.read_bytes()).hexdigest()[:16]}.json"
    with (PARSER / "package-lock.json").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(parse(parser, DOCUMENT)), encoding="utf-8")
    read: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return read


pytestmark = pytest.mark.timeout(240)  # a first install on a slow line


def test_the_official_parser_finds_no_fault(parsed: dict[str, Any]) -> None:
    # That there is a newer AsyncAPI than 3.0 is information, and so is all that it may say of this document.
    assert [p for p in parsed["problems"] if p["code"] != "asyncapi-latest-version"] == []


def test_the_official_parser_would_find_one(parser: Path, tmp_path: Path) -> None:
    shutil.copytree(DOCUMENT.parent, tmp_path, dirs_exist_ok=True)
    broken = tmp_path / DOCUMENT.name
    broken.write_text(DOCUMENT.read_text(encoding="utf-8").replace("action: receive", "action: overhear", 1))
    assert any(p["severity"] == ERROR for p in parse(parser, broken)["problems"])


@each_event
def test_every_event_can_be_said_and_heard(parsed: dict[str, Any], event: type[Event]) -> None:
    by_id = {operation["id"]: operation for operation in parsed["operations"]}
    said, heard = by_id[f"send.{event.type}"], by_id[f"receive.{event.type}"]
    assert (said["action"], heard["action"]) == ("send", "receive")
    assert said["channels"] == [event.routing_key.replace("*", "{producer}")]
    assert heard["channels"] == [f"{{member}}.{event.type}"]


@each_event
def test_the_payload_is_the_envelope_with_the_data_of_its_type(parsed: dict[str, Any], event: type[Event]) -> None:
    operation = next(o for o in parsed["operations"] if o["id"] == f"send.{event.type}")
    modes = {message["name"]: message for message in operation["messages"]}
    envelope, narrowed = modes[event.type]["payload"]["allOf"]
    assert envelope["$id"] == "urn:ronde:envelope"
    assert narrowed["properties"]["type"]["const"] == event.type
    assert narrowed["properties"]["data"]["$id"] == f"urn:ronde:{event.type}"
    if event.routing_key.startswith("*"):
        binary = modes[f"{event.type} in binary mode"]
        assert binary["payload"]["$id"] == f"urn:ronde:{event.type}"
        assert {"ce-id", "ce-source", "ce-type", "ce-subject", "ce-sequence"} <= set(binary["headers"]["required"])
