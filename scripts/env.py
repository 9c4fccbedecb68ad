"""Make .env with secrets of this house's own, and lay them out in .secrets, one file each, as the containers read them.

Again changes nothing that is there: it adds what is missing (a new organisation's), and takes over what was edited.
A checkout in which one service runs alone knows so from its .env: `docker compose up` is then that service.
Needs nothing but Python 3.11.
"""

import argparse
import hashlib
import json
import os
import secrets
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

HOME = Path(__file__).resolve().parents[1]
SERVICES = ("booking", "enrolment", "notify")
Line = tuple[str, str, str]
BROKER = """max_message_size = 1048576
quorum_queue.continuous_membership_reconciliation.enabled = true
quorum_queue.continuous_membership_reconciliation.target_group_size = 3
"""
"""A queue that was made before the broker was a cluster gets its members on the new nodes."""


def wanted(organisations: list[str]) -> Iterator[Line]:
    """(name, value when it is not there yet, what it is)."""
    yield "RONDE_HOUSE", "villeurbanne", "which file of deploy/house is this house"
    yield "RONDE_DOMAIN", "", "its domain, like ronde.example.org: certificates come by themselves; empty: no TLS"
    yield "RONDE_URL", "http://127.0.0.1:8080", "how people reach it, https:// with a domain; no slash at the end"
    yield "RONDE_HTTP_PORT", "8080", "the port for people; 80 with a domain"
    yield "RONDE_HTTPS_PORT", "8443", "the port for people over TLS; 443 with a domain"
    yield "RONDE_AMQP_PORT", "5672", "the port for partners' programs"
    yield (
        "RONDE_STAGE",
        "try",
        "production: families are written to; staging: guests alone; try: the catcher",
    )
    yield "RONDE_GUESTS", "[]", 'whom staging may write to: ["+33612345678", "me@example.org"]'
    yield "RONDE_TELL_HOURS", "07:00-21:30", "when people may be told what they did not ask for"
    mail = '[{"kind": "smtp", "host": "catcher", "port": 8704, "sender": "ronde@localhost.localdomain"}]'
    yield "EMAIL_PROVIDERS", mail, "mail servers, see services/notify/notify/providers/accounts.py"
    sms = '[{"kind": "ronde", "url": "http://catcher:8703/sms", "token": "any"}]'
    yield "SMS_PROVIDERS", sms, "SMS providers, in the same file; catcher: the one of the profile `try`"
    yield "POSTGRES_PASSWORD", secrets.token_hex(24), "the administrator of Postgres: for setting up and for backups"
    yield "BROKER_OPS", secrets.token_hex(24), "the broker's user `ops`: for setting up and for looking after it"
    yield "BROKER_COOKIE", secrets.token_hex(24), "by which the broker's nodes know each other, when it is a cluster"
    for name in SERVICES:
        yield _key(name, "DATABASE"), secrets.token_hex(24), f"{name} and its own database, which no other opens"
        yield _key(name, "BROKER"), secrets.token_hex(24), f"{name} on the bus"
        yield _key(name, "COOKIES"), secrets.token_hex(32), f"signs the cookies of the teams who signed in at {name}"
    for name in organisations:
        yield _key(name, "BROKER"), secrets.token_hex(24), f"the program of {name} on the bus: for them alone"
        yield (
            _key(name, "KEY"),
            f"{name}-{secrets.token_urlsafe(24)}",
            f"{name} signs in with it: pages and API",
        )


def _key(name: str, what: str) -> str:
    return f"{name.upper().replace('-', '_')}_{what}"


def read(path: Path) -> dict[str, str]:
    """NAME=value lines; comments and empty lines are nothing."""
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#") and "=" in line)


def private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def organisations(house: str) -> list[str]:
    with (HOME / "deploy" / "house" / f"{house}.toml").open("rb") as file:
        return [one["id"] for one in tomllib.load(file)["organisations"]]


def alone_on(known: dict[str, str]) -> Iterator[Line]:
    """What makes of a checkout one service on a bus elsewhere; nothing for a house."""
    if "BUS_URL" in known:
        yield "COMPOSE_FILE", known["COMPOSE_FILE"], "one service alone, not the house"
        yield "COMPOSE_PROFILES", "alone", "with a database and a door of its own"
        yield "BUS_URL", known["BUS_URL"], "the bus elsewhere; who looks after it gives the name and the password"


def lay_out(known: dict[str, str], names: list[str], folder: Path) -> None:
    """The files. They are open to all, in a folder that only their owner enters: a container reads them as nobody."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    files = {"postgres_password": known["POSTGRES_PASSWORD"]}
    bus = known.get("BUS_URL")
    for name in SERVICES:
        password, host = known[_key(name, "DATABASE")], f"{name}-db" if bus else "postgres"
        files[f"{name}_database_url"] = f"postgresql+asyncpg://{name}:{quote(password, safe='')}@{host}/{name}"
        files[f"{name}_database_password"] = password
        files[f"{name}_amqp_url"] = bus or f"amqp://{name}:{quote(known[_key(name, 'BROKER')], safe='')}@broker/"
        files[f"{name}_secret"] = known[_key(name, "COOKIES")]
    files["email_providers"], files["sms_providers"] = known["EMAIL_PROVIDERS"], known["SMS_PROVIDERS"]
    files["rabbitmq.conf"] = f"default_user = ops\ndefault_pass = {known['BROKER_OPS']}\n{BROKER}"
    files["erlang_cookie"] = known["BROKER_COOKIE"]
    files["keys.json"] = _json({n: hashlib.sha256(known[_key(n, "KEY")].encode()).hexdigest() for n in names})
    files["passwords.json"] = _json(
        {
            "postgres": f"postgresql+asyncpg://postgres:{quote(known['POSTGRES_PASSWORD'], safe='')}@postgres/postgres",
            "management": f"http://ops:{quote(known['BROKER_OPS'], safe='')}@broker:15672",
            "broker": {n: known[_key(n, "BROKER")] for n in (*SERVICES, *names)} | {"ops": known["BROKER_OPS"]},
            "databases": {name: known[_key(name, "DATABASE")] for name in SERVICES},
        }
    )
    for name, text in files.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o444 if os.name == "posix" else 0o600)


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make env", description=__doc__)
    parser.add_argument("--alone", choices=SERVICES, help="one service with its own database, on a bus elsewhere")
    parser.add_argument("--amqp", metavar="URL", help="that bus: amqp://service:password@broker/vhost")
    options = parser.parse_args()
    if bool(options.alone) != bool(options.amqp):
        parser.error("--alone and --amqp go together")
    path = HOME / ".env"
    known = read(path)
    if options.alone:
        known |= {"COMPOSE_FILE": f"services/{options.alone}/compose.yml", "BUS_URL": options.amqp}
    names = organisations(known.get("RONDE_HOUSE", "villeurbanne"))
    lines = [*wanted(names), *alone_on(known)]
    values = {name: known.get(name, value) for name, value, _ in lines}
    others = {name: value for name, value in known.items() if name not in values}
    text = "# Made by `make env`; edit it, then run that again. It holds secrets: never in git, never in an e-mail.\n\n"
    text += "".join(f"# {what}\n{name}={values[name]}\n" for name, _, what in lines)
    text += "".join(f"{name}={value}\n" for name, value in others.items())
    private(path, text)
    lay_out(values, names, HOME / ".secrets")
    print(f"{path.name}: {len(lines)} settings, {len(lines) - len(known.keys() & values.keys())} of them new")  # noqa: T201
    hint = "" if "BUS_URL" in values else "   (with --profile try to see the messages instead of sending them)"
    print(f"Now: docker compose up --build -d{hint}")  # noqa: T201


if __name__ == "__main__":
    main()
