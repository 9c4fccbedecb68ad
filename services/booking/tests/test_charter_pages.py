"""The charter for people: read, consented to, objected to in a form without script; the ledger drawn."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from booking.rules import Span
from booking.testing import Desk, OpenDay, Running
from booking.use_cases.adopt_charter import follow_the_charter
from httpx import AsyncClient
from ronde.clock import now
from ronde.ids import new_id
from sqlalchemy import text

pytestmark = pytest.mark.database
HTML = {"Accept": "text/html", "Accept-Language": "fr"}


@pytest.fixture
async def at_the_desk(doors: Running) -> Desk:
    return Desk(doors.service.db, doors.settings)


async def something_asked(desk: Desk, day: OpenDay) -> UUID:
    """Beyond the horizon, at an hour that nobody counts; the id of what is asked."""
    house, ahead = desk.settings.house, day.date + timedelta(days=541)
    while house.opening(ahead) is None or ahead.weekday() == 5:
        ahead += timedelta(days=1)
    starts = datetime.fromisoformat(f"{ahead}T18:00").replace(tzinfo=house.timezone)
    made = await desk.reserve("cuisine", Span(starts, starts + timedelta(hours=1)))
    async with desk.db.reading() as session:
        id = await session.scalar(text("SELECT id FROM consents WHERE reservation_id = :id"), {"id": made.id})
    assert isinstance(id, UUID)
    return id


async def sign_in(visitor: AsyncClient, organisation: str) -> None:
    await visitor.post("/sign-in", data={"key": f"key-of-{organisation}", "next": "/"})


async def test_what_is_asked_is_shown_and_answered_in_a_form(doors: Running, at_the_desk: Desk, day: OpenDay) -> None:
    id = await something_asked(at_the_desk, day)
    form = {"idempotency_key": str(new_id())}
    async with doors.visitor(**HTML) as visitor:
        assert (await visitor.get("/asked")).status_code == 401
        await sign_in(visitor, "bottines")
        own = (await visitor.get("/asked")).text
        assert ("Cuisine partagée" in own, "S'opposer" in own) == (True, False)
        await sign_in(visitor, "acepp")
        shown = (await visitor.get("/asked")).text
        assert "la charte va jusqu" in shown
        assert f'action="/asked/{id}/object"' in shown
        wrong = await visitor.post(f"/asked/{id}/object", data={**form, "reason": " "})
        assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True)
        done = await visitor.post(f"/asked/{id}/object", data={**form, "reason": "Trop <tôt>"})
        assert (done.status_code, done.headers["Location"]) == (303, "/asked")
        after = (await visitor.get("/asked")).text
    assert "Rien n&#39;est demandé" in after or "Rien n'est demandé" in after
    assert "Trop &lt;tôt&gt;" in after


async def test_a_consent_is_one_button(doors: Running, at_the_desk: Desk, day: OpenDay) -> None:
    id = await something_asked(at_the_desk, day)
    for founder in ("relais", "acepp"):
        async with doors.visitor(**HTML) as visitor:
            await sign_in(visitor, founder)
            done = await visitor.post(f"/asked/{id}/consent", data={"idempotency_key": str(new_id())})
            assert done.status_code == 303
    async with doors.visitor("relais") as visitor:
        assert (await visitor.get(f"/consents/{id}")).json()["state"] == "given"


async def test_the_charter_is_read_by_all_and_consented_to_by_founders(doors: Running) -> None:
    house = doors.settings.house
    assert house.charter is not None
    new = house.model_copy(update={"charter": house.charter.model_copy(update={"objection_days": 9})})
    for one in (house, new):
        async with doors.service.db.transaction() as tx:
            await follow_the_charter(tx, one)
    async with doors.visitor(**HTML) as visitor:
        read = (await visitor.get("/the-charter")).text
        assert "9 jours" in read.replace("\u00a0", " ")
        assert "Consentir" not in read
        await sign_in(visitor, "relais")
        assert "Consentir à cette charte" in (await visitor.get("/the-charter")).text
        done = await visitor.post("/the-charter/2/consent", data={"idempotency_key": str(new_id())})
        assert done.status_code == 303
        assert "Consentir à cette charte" not in (await visitor.get("/the-charter")).text
        english = (await visitor.get("/the-charter", params={"lang": "en"})).text
        assert "A new charter is proposed" in english


async def test_the_ledger_is_drawn_for_everybody(doors: Running, at_the_desk: Desk, day: OpenDay) -> None:
    async with doors.visitor(**HTML) as visitor:
        assert "Rien dans ces semaines" in (await visitor.get("/ledger")).text
        await at_the_desk.reserve("cuisine", day.at("14:00", "16:00"))
        await at_the_desk.reserve("cuisine", day.at("17:00", "18:00"), organisation="acepp")
        shown = (await visitor.get("/ledger", params={"until": day.date.isoformat()})).text
        assert shown.count('class="ledger"') == 2
        assert "2,0 h" in shown
        assert "<strong>0,60</strong>" in shown  # 9 / (3 × 5)
        assert "Bottines et Bottillons" in shown
        assert (await visitor.get("/ledger", params={"until": "9999-12-31"})).status_code == 422
    assert now().date() < day.date
