"""The refusals of each route, for its documentation."""

from collections import defaultdict
from typing import Any

from ronde.refusal import Refused
from ronde.web.idempotency import IdempotencyKeyNeeded, IdempotencyKeyReused
from ronde.web.keys import KeyNeeded, NotOfTheHouse

KEY: tuple[type[Refused], ...] = (KeyNeeded, NotOfTheHouse)
ONCE: tuple[type[Refused], ...] = (IdempotencyKeyNeeded, IdempotencyKeyReused)


def problems(*refusals: type[Refused]) -> dict[int | str, dict[str, Any]]:
    """FastAPI's `responses`: by status, the code of each refusal with its sentence."""
    by_status: dict[int | str, list[type[Refused]]] = defaultdict(list)
    for refusal in refusals:
        by_status[refusal.status].append(refusal)
    return {
        status: {
            "description": " ".join(f"`{one.code}`: {(one.__doc__ or '').strip()}" for one in ones),
            "content": {"application/problem+json": {}},
        }
        for status, ones in by_status.items()
    }
