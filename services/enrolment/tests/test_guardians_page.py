"""A parent changes how they are told, and has the other parent told too."""

import pytest
from enrolment.queries import people
from enrolment.testing import Desk, Running
from httpx import AsyncClient

pytestmark = pytest.mark.database
HTML = {"Accept": "text/html", "Accept-Language": "fr"}


async def come_in(anybody: AsyncClient, desk: Desk, where: str) -> str:
    """The path of their family's page."""
    await anybody.post("/enter", data={"where": where})
    link = (await desk.told("code.issued.v1"))[-1]["data"]["url"].removeprefix(desk.terms.public_url)
    return str((await anybody.post(link)).headers["location"])


async def test_a_parent_has_the_other_told_who_then_has_a_page_of_their_own(desk: Desk, doors: Running) -> None:
    await desk.family()
    async with doors.visitor(**HTML) as anybody:
        mine = await come_in(anybody, desk, "camille@example.org")
        assert f"{mine}/guardians" in (await anybody.get(mine)).text
        wrong = await anybody.post(f"{mine}/guardians", data={"other_name": "Sacha", "other_where": "06"})
        assert (wrong.status_code, 'href="#other_where"' in wrong.text) == (422, True)
        other = {"other_name": "Sacha Diallo", "other_where": "06 39 98 00 55", "other_language": "en"}
        assert (await anybody.post(f"{mine}/guardians", data=other)).status_code == 303
        invited = (await desk.told("code.issued.v1"))[-1]["data"]
        assert (invited["address"], invited["language"], invited["purpose"]) == ("+33639980055", "en", "contact")
        assert "pas encore accepté" in (await anybody.get(f"{mine}/guardians")).text
        link = invited["url"].removeprefix(desk.terms.public_url)
        assert (await anybody.get(link)).status_code == 200
        assert "pas encore accepté" in (await anybody.get(f"{mine}/guardians")).text, "a GET agrees to nothing"
        theirs = (await anybody.post(link)).headers["location"]
        assert "pas encore accepté" not in (await anybody.get(f"{mine}/guardians")).text
        seen = (await anybody.get(theirs)).text
        assert "Camille Martin" in seen
        assert "camille@example.org" not in seen


async def test_a_parent_chooses_language_and_channel(desk: Desk, doors: Running) -> None:
    party, _ = await desk.family()
    async with doors.visitor(**HTML) as anybody:
        mine = await come_in(anybody, desk, "06 12 34 56 78")
        page = (await anybody.get(f"{mine}/guardians")).text
        assert page.index('name="language"') < page.index('name="channel"')
        blank = await anybody.post(f"{mine}/guardians/me", data={"name": " ", "language": "en"})
        assert (blank.status_code, 'href="#name"' in blank.text) == (422, True)
        chosen = {"name": "Camille Roux", "language": "en", "channel": "email"}
        assert (await anybody.post(f"{mine}/guardians/me", data=chosen)).status_code == 303
        assert (await anybody.post("/f/abcdefghijkl/guardians/me", data=chosen)).status_code == 410
    async with desk.db.reading() as session:
        (me,) = (await people.one_party(session, party)).guardians
    assert (me.name, me.language, me.channel, me.phone) == ("Camille Roux", "en", "email", "+33612345678")
    told = (await desk.told("contact.recorded.v1"))[-1]["data"]
    assert (told["guardians"][0]["language"], told["guardians"][0]["channel"]) == ("en", "email")
