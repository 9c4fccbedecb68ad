"""The refusals of each route, for its documentation."""

from collections import defaultdict
from typing import Any

from ronde.refusal import Refused
from ronde.web.idempotency import IdempotencyKeyNeeded, IdempotencyKeyReused
from ronde.web.keys import KeyNeeded, NotOfTheHouse

from booking.finding import FollowsItsSession, NoSuchReservation, NotYours
from booking.refusals import InThePast, RoomClosed, RoomTaken, RoomTooSmall, TooFarAhead, UnknownRoom
from booking.shapes import SLOT, Problem

KEY: tuple[type[Refused], ...] = (KeyNeeded, NotOfTheHouse)
ONCE: tuple[type[Refused], ...] = (IdempotencyKeyNeeded, IdempotencyKeyReused)
NO_ROOM: tuple[type[Refused], ...] = (UnknownRoom, InThePast, TooFarAhead, RoomTooSmall, RoomClosed, RoomTaken)
THEIRS: tuple[type[Refused], ...] = (NoSuchReservation, NotYours, FollowsItsSession)


def problems(*refusals: type[Refused]) -> dict[int | str, dict[str, Any]]:
    """FastAPI's `responses`: by status, with an example of each refusal."""
    by_status: dict[int | str, list[type[Refused]]] = defaultdict(list)
    for refusal in refusals:
        by_status[refusal.status].append(refusal)
    return {
        status: {
            "description": " ".join(f"`{one.code}`: {(one.__doc__ or '').strip()}" for one in ones),
            "content": {
                Problem.media_type: {
                    "schema": Problem.model_json_schema(),
                    "examples": {one.code: {"value": _example(one)} for one in ones},
                }
            },
        }
        for status, ones in by_status.items()
    }


def _example(refusal: type[Refused]) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": f"urn:ronde:problem:{refusal.code}",
        "title": refusal.words["en"],
        "status": refusal.status,
        "detail": refusal.words["en"],
        "code": refusal.code,
        "instance": "urn:ronde:request:5f0c1d2e3b4a5968",
    }
    if refusal in NO_ROOM and refusal is not TooFarAhead:
        example["alternatives"] = [{"room": "salle-reunion", "room_name": "Salle de réunion", **SLOT}]
    return example
