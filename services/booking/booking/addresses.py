"""The unguessable address of a calendar: made again from the service's secret when asked, and never stored.

The database keeps a hash of it: a copy of the database opens no calendar.
"""

from base64 import b32encode
from hashlib import sha256
from hmac import digest
from uuid import UUID

from booking.settings import Settings


def token(settings: Settings, id: UUID) -> str:
    """32 letters and digits, of 160 bits. Another secret gives another: addresses given out before still work."""
    if len(settings.secret) < 32:
        raise RuntimeError("RONDE_SECRET must have 32 characters or more: calendars' addresses are made from it")
    return b32encode(digest(settings.secret.encode(), b"ronde.calendar " + id.bytes, "sha256")[:20]).decode().lower()


def hashed(token: str) -> bytes:
    """Random and long, so no salt is needed."""
    return sha256(token.encode()).digest()


def address(settings: Settings, id: UUID) -> str:
    return f"{settings.public_url}/calendars/{token(settings, id)}.ics"
