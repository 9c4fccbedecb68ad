"""A room is refused, the organiser picks another: enrolment and booking come to one end and never call each other."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from booking.settings import Settings as BookingSettings
from booking.testing import OpenDay
from booking.testing import running as booking_running
from enrolment.settings import Settings as EnrolmentSettings
from enrolment.testing import Running
from enrolment.testing import running as enrolment_running
from ronde.ids import new_id
from ronde.testing import Amqp
from ronde.web.keys import digest
from ronde_contracts.partners import SessionPlanned

pytestmark = [pytest.mark.broker, pytest.mark.database]
TIMES = ("starts_at", "ends_at")


async def until(service: Running, path: str, true: Callable[[Any], bool]) -> Any:
    """What that door says, as soon as it says so."""
    async with asyncio.timeout(20), service.visitor("relais") as relais:
        while True:
            answer = await relais.get(path)
            if answer.status_code == 200 and true(answer.json()):
                return answer.json()
            await asyncio.sleep(0.05)


async def test_refused_picked_confirmed_and_open(
    amqp: Amqp, new_database: Callable[[], str], house_file: Path, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"relais": digest("key-of-relais")}))
    common: dict[str, Any] = {"house_file": house_file, "keys_file": keys, "secret": "s" * 40}
    booking = BookingSettings(database_url=new_database(), amqp_url=amqp.url("booking"), **common)
    enrolment = EnrolmentSettings(database_url=new_database(), amqp_url=amqp.url("enrolment"), **common)
    span = OpenDay(booking.house).at("9:00", "11:00")
    plan = SessionPlanned(
        session_id=new_id(),
        title={"fr": "Matinée d'éveil"},
        room="cuisine",
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        people=16,
        places=8,
    )
    path = f"/sessions/relais/{plan.session_id}/room"
    async with booking_running(booking, amqp, ""), enrolment_running(enrolment, amqp) as programme:
        await programme.say(plan, sequence=1, by="relais")
        refused = await until(programme, path, lambda answer: answer is not None)
        slot = refused["alternatives"][-1]
        picked = {"reservation_id": refused["reservation_id"], "refusal": refused["refusal"]}
        async with programme.visitor("relais") as relais:
            answer = await relais.post(path, json={**picked, "room": slot["room"], "starts_at": slot["starts_at"]})
        assert answer.status_code == 202, answer.text
        await until(programme, path, lambda answer: answer is None)
        (session,) = await until(programme, "/sessions", lambda found: found[0]["state"] == "open")
    assert session["room_name"] == slot["room_name"]
    held = [datetime.fromisoformat(session[time]) for time in TIMES]
    assert held == [datetime.fromisoformat(slot[time]) for time in TIMES]
    assert held[1] - held[0] == timedelta(hours=2)
