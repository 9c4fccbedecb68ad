"""Who may bring receipts: who signs them with the account's secret or, unable to sign, has it in the address."""

import hmac
import re
from typing import Any
from uuid import UUID

import orjson

from notify.providers import Arrived, NotTheirs

CODE = re.compile(r"[^a-z0-9]+")


def check_signature(arrived: Arrived, secret: str) -> None:
    """X-Ronde-Signature: sha256=<hex HMAC of the body>."""
    expected = "sha256=" + hmac.new(secret.encode(), arrived.body, "sha256").hexdigest()
    _same(arrived.headers.get("x-ronde-signature", ""), expected, secret)


def check_token(arrived: Arrived, secret: str) -> None:
    """`?token=`, as part of the address that was given to the provider."""
    _same(arrived.query.get("token", ""), secret, secret)


def _same(shown: str, expected: str, secret: str) -> None:
    if not secret or not hmac.compare_digest(shown.encode(), expected.encode()):
        raise NotTheirs


def as_json(arrived: Arrived) -> dict[str, Any]:
    """The body's object, and nothing else: a provider that sends something strange is not answered with a 500."""
    try:
        said = orjson.loads(arrived.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def uuid_or_none(value: object) -> UUID | None:
    """Our reference as it came back, if it is one."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


def code(given: object, default: str) -> str:
    """A machine's word, kept and told as it is; a sentence is not: it may quote a number or a name."""
    return given if isinstance(given, str) and re.fullmatch(r"[a-z]+(-[a-z]+){0,5}", given) else default


def slug(words: object, default: str) -> str:
    """A provider's word for a state, to compare with: "BAD_DESTINATION" becomes bad-destination."""
    return CODE.sub("-", str(words or "").lower()).strip("-")[:60] or default
