"""Back the house up into one file, and put it back. For a house that runs from docker compose, in this checkout.

    make backup FILE=ronde-2027-01-12.tar        while the house runs
    make restore FILE=ronde-2027-01-12.tar       the services stop for it, and start again

The file holds families' data and the house's secrets; only its owner can read it. Needs nothing but Python 3.11.
What a restore brings back, what it catches up and what is lost: docs/operate.md, decision 0036.
"""

import argparse
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[1]
HOUSES = HOME / "deploy" / "house"
FORMAT = 1
SERVICES = ("notify", "enrolment", "booking")
"""In this order: who hears first. What enrolment says between two dumps is then in its outbox, and told again."""
UTF8 = "ENCODING 'UTF8' TEMPLATE template0"  # as `ronde servers prepare` makes them
RETELL = """
UPDATE outbox SET published_at = NULL FROM restore WHERE published_at > restore.made_at - interval '1 day';
"""
HIGHEST = """
INSERT INTO subject_versions (source, subject, sequence)
    SELECT event->>'source', event->>'subject', max(CAST(event->>'sequence' AS bigint)) FROM said GROUP BY 1, 2
    ON CONFLICT (source, subject) DO UPDATE SET sequence = greatest(subject_versions.sequence, excluded.sequence);
"""
COMPOSE = ("docker", "compose")
MARGIN = timedelta(minutes=10)
"""Clocks differ, and what was said just before the backup may have been heard just after it."""
ONCE = ("session.overfull.v1", "consent.asked.v1", "statement.ready.v1")
"""Becomes a letter to an organisation, of which the journal has no proof: heard before, it is not heard again."""


def save(file: Path) -> None:
    """Dump each database and the broker's definitions, with the settings, into `file`."""
    made_at = datetime.now(UTC)
    dump = ("exec", "-T", "postgres", "pg_dump", "-U", "postgres", "-Fc")
    parts = {f"{name}.dump": run(*dump, name) for name in SERVICES}
    parts["rabbitmq.json"] = run("exec", "-T", "rabbitmq", "sh", "-c", EXPORT)
    parts["env"] = (HOME / ".env").read_bytes()
    for house in sorted(HOUSES.rglob("*.toml")):  # the commissions' files among them
        parts[f"house/{house.relative_to(HOUSES)}"] = house.read_bytes()
    pack(file, described(made_at, parts))
    say(f"{file}: {file.stat().st_size / 1e6:.1f} MB. Keep it elsewhere, and closed: families' data and secrets.")


EXPORT = "rabbitmqctl -q export_definitions /tmp/definitions.json >&2 && cat /tmp/definitions.json"
IMPORT = "cat >/tmp/definitions.json && rabbitmqctl -q import_definitions /tmp/definitions.json"


def described(made_at: datetime, parts: dict[str, bytes]) -> dict[str, bytes]:
    """The parts behind a manifest with their checksums."""
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    manifest = {"format": FORMAT, "made_at": made_at.isoformat(), "sha256": sums}
    return {"manifest.json": json.dumps(manifest, indent=2).encode(), **parts}


def pack(file: Path, parts: dict[str, bytes]) -> None:
    """Whole or not at all: nobody finds half a backup under its name."""
    draft = file.with_name(f"{file.name}.part")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        with tarfile.open(fileobj=out, mode="w") as archive:
            for name, content in parts.items():
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode, entry.mtime = len(content), 0o600, int(time.time())
                archive.addfile(entry, io.BytesIO(content))
        out.flush()
        os.fsync(out.fileno())
    draft.rename(file)


def unpack(file: Path) -> tuple[datetime, dict[str, bytes]]:
    """When it was made, and its parts. SystemExit, with the reason, when it is not whole."""
    try:
        with tarfile.open(file) as archive:
            parts = {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isfile()}  # type: ignore[union-attr]
        manifest = json.loads(parts.pop("manifest.json"))
    except (OSError, tarfile.TarError, KeyError, ValueError) as problem:
        raise SystemExit(f"{file} is no backup of a house: {problem}") from None
    if manifest["format"] != FORMAT:
        raise SystemExit(f"{file} has format {manifest['format']}, this checkout reads {FORMAT}: check out the other.")
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    if damaged := [name for name, sum in manifest["sha256"].items() if sums.get(name) != sum]:
        raise SystemExit(f"{file} is damaged: {', '.join(damaged)}. Nothing was changed.")
    return datetime.fromisoformat(manifest["made_at"]), parts


def restore(file: Path, names: Sequence[str]) -> None:
    """Put the databases of `names` back, and let their services catch up with the bus."""
    made_at, parts = unpack(file)
    lay_out(parts)
    run("stop", *names, live=True)
    run("up", "-d", "--wait", "postgres", *brokers(), live=True)
    run("exec", "-T", "rabbitmq", "sh", "-c", IMPORT, given=parts["rabbitmq.json"])
    run("run", "--rm", "-T", "setup", live=True)  # passwords and rights as .env and the house file have them now
    restored_at = datetime.now(UTC)
    since = (made_at - MARGIN).isoformat()
    heard = ours(tools("events", "tail", "--json", "--no-follow", "--since", since))
    for name in names:
        said = [event for event in heard if event["source"].endswith(f"/{name}")]
        put_back(name, parts[f"{name}.dump"], after(name, said, made_at, restored_at, again=not heard))
        say(f"{name}: as of {made_at:%Y-%m-%d %H:%M} UTC, and {len(said)} events that it has said since are known")
    for name in names:
        skipped = [word for kind in ONCE for word in ("--except", kind)] if name == "notify" else []
        say(tools("events", "catch-up", name, "--since", since, *skipped).decode().strip())
    run("up", "-d", "--wait", live=True)
    if "notify" in names:  # contacts travel where no journal is
        say(run("exec", "-T", "enrolment", "ronde", "contacts", "tell").decode().strip())
    tell(file, names, made_at, heard)


def brokers() -> list[str]:
    """All nodes: on fewer, the journal would be made on fewer, and stay there."""
    return [name for name in run("config", "--services").decode().split() if name.startswith("rabbitmq")]


def ours(journal: bytes) -> list[dict[str, Any]]:
    """What our services said, one event a line; a partner's program may say it in other ways."""
    found = []
    for line in journal.splitlines():
        try:
            event = json.loads(line)
            if event["source"].rsplit("/", 1)[1] in SERVICES:
                found.append(event)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            continue
    return found


def lay_out(parts: dict[str, bytes]) -> None:
    """On a new machine, the settings of the old one; here, what is there stays."""
    if (HOME / ".env").exists() and secret(parts["env"]) != secret((HOME / ".env").read_bytes()):
        say("NOTIFY_COOKIES in .env is not the backup's: who wrote STOP is known under that one. Take it over.")
    if not (HOME / ".env").exists():
        for name, content in parts.items():
            if name.startswith("house/"):
                place = HOUSES / name.removeprefix("house/")
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
        (HOME / ".env").touch(mode=0o600)
        (HOME / ".env").write_bytes(parts["env"])
        subprocess.run([sys.executable, HOME / "scripts" / "env.py"], check=True)  # noqa: S603


def secret(env: bytes) -> bytes | None:
    """What notify keys the hashes of addresses with."""
    return next((line for line in env.splitlines() if line.startswith(b"NOTIFY_COOKIES=")), None)


def put_back(name: str, dump: bytes, script: str) -> None:
    """Beside the database that is there, which goes when all of it has succeeded."""
    new = f"{name}_restored"
    psql("postgres", f"DROP DATABASE IF EXISTS {new} WITH (FORCE);\nCREATE DATABASE {new} OWNER {name} {UTF8};\n")
    run("exec", "-T", "postgres", "pg_restore", "-U", "postgres", "--exit-on-error", "-d", new, given=dump)
    psql(new, script)
    psql(
        "postgres",
        f"REVOKE ALL ON DATABASE {new} FROM PUBLIC;\nDROP DATABASE IF EXISTS {name} WITH (FORCE);\n"
        f"ALTER DATABASE {new} RENAME TO {name};\n",
    )


def after(name: str, said: list[dict[str, Any]], made_at: datetime, restored_at: datetime, *, again: bool) -> str:
    """For psql: what the service's own restored.sql does, in one transaction.

    `again`: the broker is a new one, so what was said lately is said once more, under the same ids.
    """
    rows = "".join(json.dumps(event).replace("\\", "\\\\") + "\n" for event in said)
    retell = RETELL if again else ""
    own = (HOME / "services" / name / name / "migrations" / "restored.sql").read_text(encoding="utf-8")
    return (
        "BEGIN;\n"
        "CREATE TEMP TABLE restore (made_at timestamptz, restored_at timestamptz) ON COMMIT DROP;\n"
        f"COPY restore FROM STDIN;\n{made_at.isoformat()}\t{restored_at.isoformat()}\n\\.\n"
        "CREATE TEMP TABLE said (event jsonb) ON COMMIT DROP;\n"
        f"COPY said FROM STDIN;\n{rows}\\.\n{HIGHEST}{retell}{own}\nCOMMIT;\n"
    )


def tell(file: Path, names: Sequence[str], made_at: datetime, heard: list[dict[str, Any]]) -> None:
    """What only people can do: it is in a file beside the backup, ids only."""
    lost = [event for event in heard if event["source"].rsplit("/", 1)[1] in names]
    beside = file.with_name(f"{file.name}.since.jsonl")
    pack_lines(beside, lost)
    say(f"The house runs. What it said after {made_at:%Y-%m-%d %H:%M} UTC is in {beside}: {len(lost)} events.")
    for line in erasures(lost):
        say(line)


def erasures(lost: list[dict[str, Any]]) -> Iterator[str]:
    """Families that asked to be forgotten after the backup are in it again."""
    for event in lost:
        if event["type"] == "family.erased.v1" and event["source"].endswith("/enrolment"):
            yield f"Erase again: POST /enrolment/parties/{event['subject']}/erase"


def pack_lines(file: Path, events: list[dict[str, Any]]) -> None:
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events), encoding="utf-8")


def tools(*words: str) -> bytes:
    return run("run", "--rm", "-T", "tools", *words)


def psql(database: str, script: str) -> None:
    words = ("psql", "-q", "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-d", database)
    run("exec", "-T", "postgres", *words, given=script.encode())


def run(*words: str, given: bytes | None = None, live: bool = False) -> bytes:
    """`docker compose …`; what it printed. SystemExit, with its own words, when it failed."""
    done = subprocess.run(  # noqa: S603
        [*COMPOSE, *words],
        cwd=HOME,
        input=given if given is not None else b"",
        stdout=None if live else subprocess.PIPE,
        stderr=None if live else subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join((*COMPOSE, *words))}: {(done.stderr or b'').decode(errors='replace')[-2000:]}")
    return done.stdout or b""


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(prog="make backup | make restore", description=__doc__)
    parser.add_argument("what", choices=("save", "restore"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--only", choices=SERVICES, action="append", help="restore this service alone; may be repeated")
    options = parser.parse_args()
    file = options.file.absolute()
    if options.what == "save":
        save(file)
    else:
        restore(file, options.only or SERVICES)


if __name__ == "__main__":
    main()
