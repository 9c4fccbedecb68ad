"""Organisation keys: how a partner's program or a member of staff says for whom they act.

The keys file is JSON, organisation -> sha256 of its key in hex, or a list of them while a key is being replaced.
"""

import json
from functools import cache
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Annotated, ClassVar

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ronde.refusal import Refused

from .host import service_of


class KeyNeeded(Refused):
    """No key, or one that opens nothing."""

    code, status = "key-needed", 401
    words: ClassVar[dict[str, str]] = {
        "fr": "Il faut la clé d'une organisation de la maison.",
        "en": "The key of an organisation of the house is needed.",
    }


class NotOfTheHouse(Refused):
    """The key is right, but its organisation is not in the house file."""

    code, status = "not-of-the-house", 403
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette organisation ne fait pas partie de la maison.",
        "en": "This organisation is not part of the house.",
    }


class KeyRing:
    """The hashes of one keys file, read again when it changes: a key is replaced without a restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[int, int] | None = None
        self._hashes: list[tuple[str, str]] = []

    def owner(self, digest: str) -> str | None:
        """The organisation whose key has this sha256 (hex). Compares with all, in constant time."""
        owner = None
        for organisation, known in self._current():
            if compare_digest(known.encode(), digest.encode()):
                owner = organisation
        return owner

    def _current(self) -> list[tuple[str, str]]:
        found = self._path.stat()
        version = (found.st_mtime_ns, found.st_size)
        if version != self._read:
            entries: dict[str, str | list[str]] = json.loads(self._path.read_text())
            self._hashes = [
                (organisation, known.lower())
                for organisation, one in entries.items()
                for known in ([one] if isinstance(one, str) else one)
            ]
            self._read = version
        return self._hashes


ring = cache(KeyRing)


def digest(key: str) -> str:
    """The sha256 of a key, in hex: what the keys file holds. Keys are random and long, so no salt is needed."""
    return sha256(key.encode()).hexdigest()


def owner(request: Request, key_digest: str) -> str | None:
    """The organisation that this key belongs to, if any."""
    path = service_of(request).settings.keys_file
    return ring(path).owner(key_digest) if path is not None and path.exists() else None


def must_be_of_the_house(request: Request, slug: str) -> str:
    """The slug again, when the house file knows it."""
    if slug not in {one.id for one in service_of(request).house.organisations}:
        raise NotOfTheHouse
    return slug


_bearer = HTTPBearer(auto_error=False, scheme_name="Organisation key", description="the key of one organisation")


async def organisation(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> str:
    """The slug of the organisation that calls, from `Authorization: Bearer <key>`."""
    slug = owner(request, digest(given.credentials)) if given else None
    if slug is None:
        raise KeyNeeded
    return must_be_of_the_house(request, slug)


Organisation = Annotated[str, Depends(organisation)]
"""In a route: `organisation: Organisation`; 401 and 403 are answered before it runs."""
