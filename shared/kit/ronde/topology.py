"""The bus as RabbitMQ definitions: exchanges, the delay ladder, and who may say and hear what."""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpx

from .tls import trusted

EVENTS, PRIVATE, PARKED, PROBE, JOURNAL = (
    "ronde.events",
    "ronde.private",
    "ronde.parked",
    "ronde.readiness",
    "ronde.journal",
)
OPS = "ops"
"""The user of the people who look after the house: reads the journal, administers the broker."""
RUNGS = {"1s": 1, "10s": 10, "1m": 60, "10m": 600}
"""The ladder: exchange and queue `ronde.delay.<name>`, and how many seconds a message stays there."""
MEBIBYTE = 1024 * 1024

Definitions = dict[str, list[dict[str, Any]]]


def definitions(
    house_id: str,
    services: Sequence[str],
    partners: Mapping[str, Sequence[str]],
    passwords: Mapping[str, str],
    *,
    vhost: str = "/",
    private_writers: Sequence[str] = ("enrolment",),
    private_readers: Sequence[str] = ("notify",),
) -> Definitions:
    """What the management API imports; `partners`: slug -> types it may publish, `passwords`: user -> password."""
    users = [*services, *partners, OPS]
    return {
        "vhosts": [{"name": vhost, "description": f"Ronde: {house_id}"}],
        "users": [_user(name, passwords[name], tags="administrator" if name == OPS else "") for name in users],
        "permissions": [
            *(_service(name, private_writers, private_readers) | {"vhost": vhost} for name in services),
            *(_partner(name) | {"vhost": vhost} for name in partners),
            {"user": OPS, "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*"},
        ],
        "topic_permissions": [
            *(
                {"user": name, "vhost": vhost, "exchange": exchange, "write": rf"^{_word(name)}\..*", "read": ".*"}
                for name in services
                for exchange in (EVENTS, PRIVATE, PARKED)
            ),
            *(
                {"user": name, "vhost": vhost, "exchange": EVENTS, "write": _only(name, types), "read": ".*"}
                for name, types in partners.items()
            ),
        ],
        "exchanges": [
            *(_exchange(name, "topic", vhost) for name in (EVENTS, PRIVATE, PARKED)),
            *(_exchange(name, "fanout", vhost) for name in (PROBE, *_rungs())),
        ],
        "queues": [queue | {"vhost": vhost} for queue in (*_ladder(), *_queues())],
        "bindings": [
            *(_binding(name, name, "", vhost) for name in (PROBE, *_rungs())),
            _binding(PARKED, PARKED, "#", vhost),
            _binding(EVENTS, JOURNAL, "#", vhost),
        ],
    }


def _service(name: str, private_writers: Sequence[str], private_readers: Sequence[str]) -> dict[str, str]:
    says = [EVENTS, PARKED, PROBE, *_rungs(), *([PRIVATE] if name in private_writers else [])]
    hears = [EVENTS, *([PRIVATE] if name in private_readers else [])]
    return _user_rights(name, says, hears)


def _partner(name: str) -> dict[str, str]:
    return _user_rights(name, [EVENTS], [EVENTS])


def _user_rights(name: str, says: Sequence[str], hears: Sequence[str]) -> dict[str, str]:
    own = rf"{_word(name)}\..*"
    return {
        "user": name,
        "configure": f"^{own}$",
        "write": f"^({'|'.join([own, *map(re.escape, says)])})$",
        "read": f"^({'|'.join([own, *map(re.escape, hears)])})$",
    }


def _only(name: str, types: Sequence[str]) -> str:
    return rf"^{_word(name)}\.({'|'.join(map(re.escape, types))})$" if types else "^$"


def _word(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise ValueError(f"{name!r} cannot be a broker user: lower-case letters, digits and hyphens, a letter first")
    return name


def _user(name: str, password: str, *, tags: str) -> dict[str, Any]:
    return {
        "name": name,
        "password_hash": password_hash(password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": tags,
    }


def password_hash(password: str, salt: bytes | None = None) -> str:
    """RabbitMQ's format: base64 of 4 bytes of salt and the SHA-256 of salt and password."""
    salt = salt or secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _exchange(name: str, kind: str, vhost: str) -> dict[str, Any]:
    return {"name": name, "vhost": vhost, "type": kind, "durable": True, "auto_delete": False, "arguments": {}}


def _binding(source: str, queue: str, key: str, vhost: str) -> dict[str, Any]:
    return {
        "source": source,
        "vhost": vhost,
        "destination": queue,
        "destination_type": "queue",
        "routing_key": key,
        "arguments": {},
    }


def _queue(name: str, **arguments: Any) -> dict[str, Any]:
    named = {f"x-{key.replace('_', '-')}": value for key, value in arguments.items()}
    return {"name": name, "durable": True, "auto_delete": False, "arguments": named}


def _rungs() -> dict[str, int]:
    return {f"ronde.delay.{name}": seconds for name, seconds in RUNGS.items()}


def _ladder() -> list[dict[str, Any]]:
    """A message waits here, keeps its routing key, and comes back to the queue of that name."""
    return [
        _queue(
            name,
            queue_type="quorum",
            message_ttl=seconds * 1000,
            dead_letter_exchange="",
            dead_letter_strategy="at-least-once",  # the default loses a message when the broker stops in between
            overflow="reject-publish",  # at-least-once needs it
        )
        for name, seconds in _rungs().items()
    ]


def _queues() -> list[dict[str, Any]]:
    return [
        _queue(PARKED, queue_type="quorum", max_length=100_000, overflow="drop-head"),
        _queue(PROBE, queue_type="quorum", max_length=1, message_ttl=10_000),  # a classic one falls with its node
        _queue(JOURNAL, queue_type="stream", max_age="400D", max_length_bytes=8 * 1024 * MEBIBYTE),
    ]


def apply(management_url: str, wanted: Definitions) -> None:
    """Import `wanted`, its vhost included, by the management API; `management_url` carries name and password.

    Importing twice changes nothing. Raises httpx.HTTPError, with RabbitMQ's reason when it refused.
    """
    with client(management_url) as api:
        _checked(api.post("/api/definitions", json=wanted))


def delete_vhost(management_url: str, vhost: str) -> None:
    """Everything in it goes too."""
    with client(management_url) as api:
        _checked(api.delete(f"/api/vhosts/{quote(vhost, safe='')}"))


def client(management_url: str) -> httpx.Client:
    """An httpx client of the management API, straight to it: a proxy has no business between us and our broker."""
    parts = urlsplit(management_url)
    base = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    auth = (httpx.URL(management_url).username, httpx.URL(management_url).password)
    return httpx.Client(base_url=base, auth=auth, timeout=30, trust_env=False, verify=trusted())


def _checked(response: httpx.Response) -> None:
    if response.is_error:
        raise httpx.HTTPStatusError(
            f"RabbitMQ refused: {response.text[:500]}", request=response.request, response=response
        )
