"""How to have the rooms in one's own agenda: for the teams of the house."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from ronde.house import House
from ronde.service import service_of
from ronde.web import Once, Staff, render
from ronde.web.language import language
from ronde_contracts.event import Slug
from starlette.responses import RedirectResponse, Response

from booking import addresses, calendars
from booking.doors import settings_of
from booking.settings import Settings
from booking.tables import Calendar, CalendarKind
from booking.use_cases.renew_calendar import RenewCalendar, renew_calendar

router = APIRouter()


@dataclass(frozen=True)
class Offer:
    """A calendar that one may have; `address` None: none was asked for yet, or only its readers know it."""

    kind: CalendarKind
    about: Slug
    name: str
    live: bool
    address: str | None


@router.get("/calendars")
async def show_calendars(request: Request, staff: Staff) -> Response:
    settings = settings_of(request)
    async with service_of(request).db.reading() as session:
        live = await calendars.live(session, staff)
    offers = _offers(settings.house, live, settings, language(request))
    return render(request, "calendars.html", offers=offers, own=staff)


@router.get("/calendars/renew")
async def ask_renew(
    request: Request, _: Staff, kind: Annotated[CalendarKind, Query()], about: Annotated[Slug, Query()]
) -> Response:
    """Readers of the old address lose it: so it is asked first."""
    calendar = Calendar(kind=kind, about=about)
    name = calendars.name(settings_of(request).house, calendar, language(request))
    return render(request, "renew_calendar.html", calendar=calendar, name=name)


@router.post("/calendars/renew")
async def renew(
    request: Request,
    staff: Staff,
    attempt: Once,
    kind: Annotated[CalendarKind, Form()],
    about: Annotated[Slug, Form()],
) -> Response:
    async with service_of(request).db.transaction() as tx:

        async def action() -> Response:
            cmd = RenewCalendar(organisation=staff, kind=kind, about=about)
            made = await renew_calendar(tx, settings_of(request), cmd)
            return RedirectResponse(f"/calendars#{made.kind}-{made.about}", 303)

        return await attempt.once(tx, staff, action)


def _offers(house: House, live: list[Calendar], settings: Settings, lang: str) -> list[Offer]:
    """The house, each organisation, each room."""
    known = {(one.kind, one.about): one for one in live}
    found = [(CalendarKind.HOUSE, house.id)]
    found += [(CalendarKind.ORGANISATION, one.id) for one in house.organisations]
    found += [(CalendarKind.ROOM, room.id) for room in house.rooms]
    return [
        Offer(
            kind,
            about,
            calendars.name(house, Calendar(kind=kind, about=about), lang),
            (kind, about) in known,
            _address(settings, known.get((kind, about))),
        )
        for kind, about in found
    ]


def _address(settings: Settings, calendar: Calendar | None) -> str | None:
    """None when the secret has changed since: the address still works, and cannot be shown again."""
    if calendar is None or addresses.hashed(addresses.token(settings, calendar.id)) != calendar.token_hash:
        return None
    return addresses.address(settings, calendar.id)
