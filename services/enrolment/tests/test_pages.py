"""Pages: a link shows by GET and acts by POST only; nobody reads a name; words in French and English."""

import re
from datetime import timedelta

import pytest
import time_machine
from enrolment.testing import ORGANISER, Desk, Running, in_days
from httpx import AsyncClient
from ronde.clock import now
from sqlalchemy import text

pytestmark = pytest.mark.database
HTML = {"Accept": "text/html", "Accept-Language": "fr"}


async def links(desk: Desk) -> list[str]:
    """The paths that families got in their messages, in the order of their enrolments."""
    return [one["data"]["url"].removeprefix(desk.terms.public_url) for one in await desk.told("link.issued.v1")]


async def everything(desk: Desk) -> list[tuple[object, ...]]:
    """All rows that a page could have changed."""
    async with desk.db.reading() as session:
        rows: list[tuple[object, ...]] = []
        for table in ("sessions", "enrolments", "links"):
            rows += [tuple(row) for row in await session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))]  # noqa: S608
        rows.append(tuple((await session.execute(text("SELECT count(*) FROM outbox"))).one()))
    return rows


def visible(html: str) -> str:
    """What a person reads of the page's main part."""
    main = html.split("<main", 1)[1].split(">", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\N{NO-BREAK SPACE}", " ")


async def read(client: AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return visible(answer.text)


async def test_a_scanner_that_follows_every_link_changes_nothing(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=1)
    first = await desk.enrol(session)
    for _ in range(2):
        await desk.enrol(session)
    await desk.withdraw(first)  # now one offered, one waiting, one who left
    before = await everything(desk)
    async with doors.visitor(**HTML) as scanner:
        for link in await links(desk):
            for path in (link, f"{link}/withdraw", f"{link}/decline", f"{link}/accept"):
                for method, purpose in [("GET", ""), ("HEAD", ""), ("GET", "prefetch")]:
                    answer = await scanner.request(method, path, headers={"Sec-Purpose": purpose})
                    assert answer.status_code == (405 if path.endswith("accept") else 200)
    assert await everything(desk) == before


async def test_a_family_reads_its_place_in_line_and_leaves(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=1)
    for _ in range(4):
        await desk.enrol(session)
    link = (await links(desk))[3]
    async with doors.visitor(**HTML) as family:
        page = await read(family, link)
        assert "3ᵉ sur la liste" in page
        assert "dans l'ordre d'arrivée" in page.replace("&#39;", "'")
        assert "Vous perdrez votre rang (3ᵉ sur la liste)." in await read(family, f"{link}/withdraw")
        answer = await family.post(f"{link}/withdraw")
        assert (answer.status_code, answer.headers["location"]) == (303, link)
        assert "Inscription annulée" in await read(family, link)
        assert (await family.post(f"{link}/withdraw")).status_code == 303  # a double click
    assert await desk.states(session) == ["confirmed", "waiting", "waiting", "withdrawn"]


async def test_withdraw_offer_accept_by_the_links(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=1)
    for _ in range(2):
        await desk.enrol(session)
    one, other = await links(desk)
    async with doors.visitor(**HTML) as family:
        assert "Inscription confirmée" in await read(family, one)
        await family.post(f"{one}/withdraw")
        page = await read(family, other)
        assert "Une place vous est proposée" in page
        assert (await family.post(f"{other}/accept")).status_code == 303
        assert "Inscription confirmée" in await read(family, other)
        late = await family.post(f"{one}/accept")
        assert late.status_code == 409
        assert "n'est plus réservée pour vous" in visible(late.text).replace("&#39;", "'")
    assert await desk.states(session) == ["withdrawn", "confirmed"]


async def test_declined_by_the_link(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=1)
    found = [await desk.enrol(session) for _ in range(3)]
    await desk.withdraw(found[0])
    link = (await links(desk))[1]
    async with doors.visitor(**{**HTML, "Accept-Language": "en"}) as family:
        assert "Decline the offered place?" in await read(family, f"{link}/decline")
        assert (await family.post(f"{link}/decline")).status_code == 303
        assert "You declined the place" in await read(family, link)
    assert await desk.states(session) == ["withdrawn", "declined", "offered"]


async def test_accepted_after_the_deadline_is_refused_kindly(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=1, starts_at=in_days(10))
    found = [await desk.enrol(session) for _ in range(2)]
    await desk.withdraw(found[0])
    link = (await links(desk))[1]
    with time_machine.travel(now() + timedelta(days=3), tick=False):
        async with doors.visitor(**HTML) as family:
            answer = await family.post(f"{link}/accept")
    assert answer.status_code == 409
    assert "le délai pour répondre est passé" in visible(answer.text)
    assert await desk.state(found[1]) != "confirmed"


async def test_a_link_that_leads_nowhere_is_a_kind_page(desk: Desk, doors: Running) -> None:
    await desk.enrol(await desk.open_session())
    (link,) = await links(desk)
    async with doors.visitor(**HTML) as family:
        for path in ("/e/AbCdEfGhIjKl", link[:-1], f"{link}x"):
            for method, tail in [("GET", ""), ("GET", "/withdraw"), ("POST", "/withdraw"), ("POST", "/accept")]:
                answer = await family.request(method, path + tail)
                assert answer.status_code == 404
                assert "Ce lien ne mène à aucune inscription" in visible(answer.text)
        with time_machine.travel(now() + timedelta(days=60), tick=False):
            over = await family.get(link)
            acted = await family.post(f"{link}/withdraw")
    assert (over.status_code, acted.status_code) == (410, 410)
    assert "plus valable" in visible(over.text)


async def test_the_family_page_is_nobody_else_s(desk: Desk, doors: Running) -> None:
    await desk.enrol(await desk.open_session())
    (link,) = await links(desk)
    async with doors.visitor(**HTML) as family:
        headers = (await family.get(link)).headers
        assert headers["cache-control"] == "no-store"
        assert "noindex" in headers["x-robots-tag"]
        elsewhere = await family.post(f"{link}/withdraw", headers={"Sec-Fetch-Site": "cross-site"})
        assert elsewhere.status_code == 403


async def test_without_a_room_a_family_reads_that_its_place_is_kept(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=1)
    for _ in range(2):
        await desk.enrol(session)
    await desk.refuse_room(session)
    async with doors.visitor(**HTML) as family:
        for link, keeps in zip(await links(desk), ("Vous gardez votre place", "Vous gardez votre rang"), strict=True):
            assert keeps in await read(family, link)


async def test_called_off_and_begun_leave_nothing_to_press(desk: Desk, doors: Running) -> None:
    starts_at = in_days(3)
    session = await desk.open_session(starts_at=starts_at)
    await desk.enrol(session)
    (link,) = await links(desk)
    async with doors.visitor(**HTML) as family:
        with time_machine.travel(starts_at + timedelta(minutes=5), tick=False):
            assert "La séance a commencé" in await read(family, link)
            assert "<form" not in (await family.get(f"{link}/withdraw")).text.split("<main")[1]
            assert (await family.post(f"{link}/withdraw")).status_code == 409
        await desk.call_off(session)
        page = await read(family, link)
        assert "Séance annulée" in page
        assert "L'animatrice est absente." in page.replace("&#39;", "'")


async def test_the_programme_is_for_everybody_and_the_list_for_staff(desk: Desk, doors: Running) -> None:
    session = await desk.open_session(places=2)
    for _ in range(3):
        await desk.enrol(session)
    await desk.plan()
    path = f"/sessions/{ORGANISER}/{session}"
    async with doors.visitor(**HTML) as anybody:
        page = await read(anybody, "/")
        assert "2 / 2 places prises, 1 en attente" in page
        assert "Salle demandée" not in page
        assert "I-" not in await read(anybody, path)
        assert (await anybody.post("/sign-in", data={"key": "key-of-relais"})).status_code == 303
        assert "Salle demandée" in await read(anybody, "/")
        shown = await read(anybody, path)
        assert len(set(re.findall(r"I-\w{6}", shown))) == 3
        assert "1ʳᵉ sur la liste" in shown
        for private in ("Camille", "Enfant 0", "example.org", "+336"):
            assert private not in shown
        english = await read(anybody, f"{path}?lang=en")
        assert "Early-learning morning" in english


async def test_staff_read_why_there_is_no_room_and_what_was_free(desk: Desk, doors: Running) -> None:
    session = await desk.plan()
    await desk.refuse_room(session)
    async with doors.visitor(**HTML) as staff:
        path = f"/sessions/{ORGANISER}/{session}"
        assert "La salle est prise." not in await read(staff, path)
        await staff.post("/sign-in", data={"key": "key-of-relais"})
        page = await read(staff, path)
    assert "La salle est prise." in page
    assert "Salle d'atelier" in page.replace("&#39;", "'")


async def test_a_page_for_no_session_is_not_found(doors: Running) -> None:
    async with doors.visitor(**HTML) as anybody:
        answer = await anybody.get("/sessions/relais/0198f6f0-7a3e-7cc1-9d5b-2f6a4c1e8b90")
    assert answer.status_code == 404
    assert "pas dans le programme" in visible(answer.text)


async def test_an_empty_programme_says_what_comes(doors: Running) -> None:
    async with doors.visitor(**HTML) as anybody:
        assert "Aucune séance pour le moment" in await read(anybody, "/")
