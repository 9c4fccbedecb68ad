"""Two hundred ask for one slot at once, by every path there is: one has it, the others are told what else they can."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from booking.rules import Span
from booking.testing import Desk, OpenDay, Running
from booking.testing.running import request
from httpx import AsyncClient, Response
from ronde.ids import new_id
from sqlalchemy import text

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.timeout(180)]
EACH = 40
ROOM = "salle-motricite"
TAKING = text("SELECT count(DISTINCT reservation_id) FROM occupancies WHERE during && tstzrange(:begins, :ends)")


def slot(span: Span) -> dict[str, Any]:
    return {"room": ROOM, "starts_at": span.starts_at.isoformat(), "ends_at": span.ends_at.isoformat(), "people": 4}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}


async def until_there_is_room(ask: Callable[[], Awaitable[Response]]) -> Response:
    """Again, with the same key, when so many at once were too many for a slow machine."""
    while (answer := await ask()).status_code == 503:
        assert answer.headers["retry-after"]
    return answer


async def elsewhere(desk: Desk, day: OpenDay) -> list[UUID]:
    """Reservations at other hours of that day, in other rooms, whose owner will want to move them into the slot."""
    rooms = ("cuisine", "salle-reunion", "salle-atelier", "grande-salle-rue", "grande-salle-jardin")
    hours = [f"{hour}:30" for hour in range(10, 18)]
    return [(await desk.reserve(room, day.at(at, at.replace("30", "45")), 4)).id for room in rooms for at in hours]


async def test_two_hundred_by_every_path_at_once_and_exactly_one_has_it(on_the_bus: Running, day: OpenDay) -> None:
    span = day.at("19:30", "20:30")
    desk = Desk(on_the_bus.service.db, on_the_bus.settings)
    moving = await elsewhere(desk, day)
    await on_the_bus.hears(len(moving))
    form = {"room": ROOM, "day": day.date.isoformat(), "from": "19:30", "to": "20:30", "people": "4"}
    async with (
        on_the_bus.visitor("bottines") as program,
        on_the_bus.visitor(Accept="text/html") as person,
    ):
        await person.post("/sign-in", data={"key": "key-of-bottines", "next": "/"})

        def by_page(form: dict[str, str]) -> Awaitable[Response]:
            told = {**form, "idempotency_key": str(new_id())}
            return until_there_is_room(lambda: person.post("/reserve", data=told))

        def by_http(path: str, client: AsyncClient) -> Awaitable[Response]:
            same = key()
            return until_there_is_room(lambda: client.post(path, json=slot(span), headers=same))

        asked = [("room.requested.v1", 1, request(new_id(), span, room=ROOM, people=4)) for _ in range(EACH)]
        events = asyncio.create_task(on_the_bus.say(*asked))
        answers = await asyncio.gather(
            *(by_http("/reservations", program) for _ in range(EACH)),
            *(by_http("/holds", program) for _ in range(EACH)),
            *(by_http(f"/reservations/{id}/move", program) for id in moving),
            *(by_page(form) for _ in range(EACH)),
        )
        await events
    heard = await on_the_bus.hears(EACH + sum(answer.status_code < 400 for answer in answers))

    outcomes = Counter("no" if answer.status_code == 409 else "yes" for answer in answers)
    outcomes += Counter(
        "no" if type == "reservation.refused" else "yes" for type, _, said in heard if said["request_id"]
    )  # fmt: skip
    assert outcomes == {"yes": 1, "no": 5 * EACH - 1}
    async with on_the_bus.service.db.reading() as session:
        taking = await session.scalar(TAKING, {"begins": span.starts_at, "ends": span.ends_at})
    assert taking == 1
    lost = [answer for answer in answers if answer.status_code == 409]
    pages = [answer.text for answer in lost if "html" in answer.headers["content-type"]]
    told = [answer.json() for answer in lost if "problem" in answer.headers["content-type"]]
    refused = [said for type, _, said in heard if type == "reservation.refused"]
    assert {one["code"] for one in (*told, *refused)} == {"room-taken"}
    assert all(len(one["alternatives"]) == 3 for one in (*told, *refused))
    pages = [
        answer.text for answer in answers if answer.status_code == 409 and "html" in answer.headers["content-type"]
    ]
    assert all(page.count('<li class="card">') == 3 for page in pages)
    assert len(told) + len(refused) + len(pages) == 5 * EACH - 1
