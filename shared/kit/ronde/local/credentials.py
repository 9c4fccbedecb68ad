"""Every password, key and secret of one house on this machine: made once, kept in a file that only its owner reads."""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Credentials:
    """`broker`: user -> password; `databases` and `cookies`: service -> secret; `keys`: organisation -> API key."""

    admin: str = ""
    sms_token: str = ""
    broker: dict[str, str] = field(default_factory=dict)
    databases: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)


def credentials(directory: Path, services: Sequence[str], organisations: Sequence[str], ops: str) -> Credentials:
    """Read `directory`/secrets.json, add what is missing (a new organisation's, say), write it back.

    Also writes keys.json, for the services: organisation -> sha256 of its key.
    """
    kept = directory / "secrets.json"
    known = Credentials(**json.loads(kept.read_text())) if kept.exists() else Credentials()
    known.admin = known.admin or secrets.token_hex(24)
    known.sms_token = known.sms_token or secrets.token_hex(24)
    for name in (*services, *organisations, ops):
        known.broker.setdefault(name, secrets.token_hex(24))
    for name in services:
        known.databases.setdefault(name, secrets.token_hex(24))
        known.cookies.setdefault(name, secrets.token_hex(32))
    for name in organisations:
        known.keys.setdefault(name, f"{name}-{secrets.token_urlsafe(24)}")
    write_private(kept, asdict(known))
    hashes = {name: hashlib.sha256(known.keys[name].encode()).hexdigest() for name in organisations}
    write_private(directory / "keys.json", hashes)
    return known


def write_private(path: Path, content: Mapping[str, Any]) -> None:
    """JSON that only its owner may read, replaced in one step."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    draft.rename(path)
