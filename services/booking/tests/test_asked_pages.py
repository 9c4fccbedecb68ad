"""Moves and series over the charter, and a family's hours, in the pages that the teams use."""

import html
import re
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import pytest
import time_machine
from booking.series import queries
from booking.testing import Desk, Running
from booking.testing.charter import TODAY, answer, at, fill
from httpx import AsyncClient, Response
from ronde.ids import new_id

pytestmark = pytest.mark.database
WISH = {"room": "cuisine", "day": "2027-03-05", "from": "09:00", "to": "12:00", "people": "4", "title": "Pain"}
SERIES = {**WISH, "every": "week", "until": "2027-03-12"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(TODAY):
        yield


@pytest.fixture
async def staff(doors: Running) -> AsyncIterator[AsyncClient]:
    async with doors.visitor(Accept="text/html", **{"Accept-Language": "fr"}) as visitor:
        await visitor.post("/sign-in", data={"key": "key-of-bottines", "next": "/"})
        yield visitor


@pytest.fixture
async def full(doors: Running) -> Desk:
    desk = Desk(doors.service.db, doors.settings)
    await fill(desk)
    return desk


def said(answer: Response) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.text)
    return " ".join(html.unescape(text).replace("\u00a0", " ").split())


async def post(staff: AsyncClient, path: str, **fields: str) -> Response:
    return await staff.post(path, data={"idempotency_key": str(new_id()), **fields}, follow_redirects=True)


async def test_a_move_over_the_charter_is_seen_withdrawn_and_asked_again(staff: AsyncClient, full: Desk) -> None:
    made = await full.reserve("cuisine", at(full, 4, "14:00", "16:00"))
    page = await post(staff, f"/r/{made.id}/move", **WISH)
    assert page.url.path == f"/r/{made.id}"
    assert "Un déplacement est demandé" in said(page)
    assert "Au-delà de la charte : l'autre créneau est gardé" in said(page)
    assert "À la place de : Cuisine partagée, vendredi 5 mars" in said(await staff.get("/asked"))
    [withdraw] = re.findall(r'action="(/r/[^"]+/cancel)"', page.text)
    page = await post(staff, withdraw)
    assert (page.url.path, "Un déplacement" in said(page)) == (f"/r/{made.id}", False)
    await post(staff, f"/r/{made.id}/move", **WISH)
    await answer(full, made.id, "relais", "Nous y recevons un groupe.")
    page = await staff.get(f"/r/{made.id}")
    assert "Un changement a été refusé Nous y recevons un groupe. La réservation garde son créneau." in said(page)


async def test_a_series_over_the_charter_is_asked_from_its_preview(staff: AsyncClient, full: Desk) -> None:
    seen = await post(staff, "/repeat", **SERIES)
    assert "1 date libre sur 2, 1 date au-delà de la charte" in said(seen)
    assert "Demander toutes ces dates, ou aucune" in said(seen)
    page = await post(staff, "/repeat", **SERIES, mode="what-is-free")
    assert "Demandé en une fois aux autres structures" in said(page)
    assert "Une série, demandée en une fois :" in said(await staff.get("/asked"))
    async with full.db.reading() as session:
        [date] = await queries.asked(session, UUID(page.url.path.split("/")[-1]))
    await answer(full, date.id, "acepp", "Nous y recevons un groupe.")
    page = await staff.get(page.url.path)
    assert "Objection Acepp 69 : Nous y recevons un groupe." in said(page)


@pytest.mark.usefixtures("full")
async def test_a_series_that_is_asked_whole_is_withdrawn_from_its_page(staff: AsyncClient) -> None:
    page = await post(staff, "/repeat", **SERIES, mode="all-or-nothing")
    assert "L'espace est gardé en attendant leur réponse." in said(page)
    [cancel] = re.findall(r'href="(/s/[^"?]+/cancel)"', page.text)
    assert "Rendre ces dates ?" in said(await staff.get(cancel))
    page = await post(staff, cancel, which="all")
    assert "Annulé" in said(page)
    assert "Rien n'est demandé" in said(await staff.get("/asked"))


@pytest.mark.usefixtures("full")
async def test_a_room_is_reserved_for_a_family_and_told_apart_in_the_statement(staff: AsyncClient) -> None:
    assert "Pour une famille" in said(await staff.get("/reserve"))
    soon = {**WISH, "day": "2027-02-05"}
    page = await post(staff, "/reserve", **soon, family="yes")
    assert "Réservé" in said(page)
    assert "Bottines et Bottillons , pour une famille, 4 personnes" in said(page)
    statement = said(await staff.get("/statement?organisation=families&month=2027-02"))
    assert "Pour des familles" in statement
    assert "Cuisine partagée 1 3,00" in statement
    assert "Aucune réservation ce mois-là" in said(await staff.get("/statement?organisation=bottines&month=2027-02"))
    assert "Pour des familles" in said(await staff.get("/ledger?until=2027-02-05"))


@pytest.mark.usefixtures("full")
async def test_a_change_of_a_series_over_the_charter_is_seen_asked_and_withdrawn(staff: AsyncClient) -> None:
    wish = {**WISH, "from": "14:00", "to": "16:00"}
    page = await post(staff, "/repeat", **{**SERIES, **wish}, mode="all-or-nothing")
    path = page.url.path
    change = {**WISH, "which": "all", "day": "2027-03-05", "on": "2027-03-05"}
    seen = await post(staff, f"{path}/change", **change)
    assert "Elle garde ce créneau jusqu'à la réponse." in said(seen)
    assert "1 date est demandée en une fois aux autres structures fondatrices" in said(seen)
    assert "Demander toutes ces dates ensemble" in said(seen)
    asked = await post(staff, f"{path}/change", **change, mode="what-is-free")
    assert (asked.url.path, "Changement demandé aux autres structures" in said(asked)) == (path, True)
    assert "À la place de : Cuisine partagée, vendredi 5 mars, de 14 h à 16 h" in said(asked)
    assert "À la place de : Cuisine partagée, vendredi 5 mars" in said(await staff.get("/asked"))
    refused = await post(staff, f"{path}/change", **{**change, "from": "10:00"})
    assert "retirez le changement demandé" in said(refused)
    assert "Changement demandé" not in said(await post(staff, f"{path}/withdraw"))


async def test_a_date_that_was_given_back_is_put_back_or_said_to_be_taken(staff: AsyncClient, full: Desk) -> None:
    page = await post(staff, "/repeat", **{**SERIES, "from": "14:00", "to": "16:00"}, mode="all-or-nothing")
    path = page.url.path
    out = await post(staff, f"{path}/cancel", which="this", day="2027-03-05")
    assert "Remettre cette date vendredi 5 mars" in said(out)
    await full.reserve("cuisine", at(full, 4, "14:00", "15:00"), organisation="acepp")
    refused = await post(staff, f"{path}/put-back", day="2027-03-05")
    assert (refused.status_code, "Cette date ne peut pas être remise." in said(refused)) == (409, True)
    await post(staff, f"{path}/cancel", which="this", day="2027-03-12")
    assert "Annulé" in said(await staff.get(path))
