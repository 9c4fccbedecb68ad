"""What a calendar's reader gets: found by its address, with a fingerprint that costs one row to read."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import ClassVar

from ronde.house import House
from ronde.refusal import Refused
from ronde.web.language import pick
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from booking.addresses import hashed
from booking.queries import LONGEST, sharing
from booking.rules import Span
from booking.settings import Settings
from booking.tables import Calendar, CalendarKind, Reservation, State

STANDING = (State.CONFIRMED, State.ASKED, State.HELD)
FORMAT = 1
"""One more whenever booking.writing writes the same reservations differently: readers then fetch them again."""


class NoSuchCalendar(Refused):
    """No calendar was ever at this address."""

    code, status = "no-such-calendar", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Il n'y a pas d'agenda à cette adresse. Elle est peut-être incomplète : copiez-la en entier.",
        "en": "There is no calendar at this address. It may be incomplete: copy it whole.",
    }


class CalendarEnded(Refused):
    """The address was renewed; the new one is asked for from whoever gave this one."""

    code, status = "calendar-ended", 410
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette adresse d'agenda a été remplacée. Demandez la nouvelle à la structure qui vous l'a donnée, "
        "puis supprimez cet abonnement.",
        "en": "This calendar's address was replaced. Ask the organisation that gave it to you for the new one, "
        "then remove this subscription.",
    }


@dataclass(frozen=True)
class Window:
    """What a calendar shows at `at`. It moves by whole days, so a day without news is the same calendar all day."""

    span: Span
    cancelled_since: datetime
    begins: datetime

    @classmethod
    def at(cls, at: datetime, settings: Settings) -> "Window":
        zone = settings.house.timezone
        today = at.astimezone(zone).date()

        def midnight(days: int) -> datetime:
            return datetime.combine(today + timedelta(days=days), time(), zone)

        return cls(
            Span(midnight(-settings.calendar_days_back), midnight(settings.calendar_days_ahead)),
            midnight(-settings.calendar_days_cancelled),
            midnight(0),
        )


@dataclass(frozen=True)
class Fingerprint:
    """Two calendars with the same tag are the same, byte for byte."""

    tag: str
    changed_at: datetime


async def at_address(session: AsyncSession, house: House, token: str) -> Calendar:
    """Raises NoSuchCalendar, CalendarEnded; also when the organisation that asked for it left the house."""
    calendar = await session.scalar(select(Calendar).filter_by(token_hash=hashed(token)))
    if calendar is None:
        raise NoSuchCalendar
    if calendar.ended_at is not None or calendar.organisation not in {one.id for one in house.organisations}:
        raise CalendarEnded
    return calendar


async def live(session: AsyncSession, organisation: str) -> list[Calendar]:
    """The addresses that this organisation has now."""
    query = select(Calendar).filter_by(organisation=organisation, ended_at=None)
    return list(await session.scalars(query.order_by(Calendar.kind, Calendar.about)))


async def fingerprint(
    session: AsyncSession, house: House, calendar: Calendar, window: Window, lang: str
) -> Fingerprint:
    """Counted by the database. The sum sees what the newest alone would hide: a change that was committed late."""
    updated = Reservation.updated_at
    sums = select(func.count(), func.sum(func.extract("epoch", updated)), func.max(updated))
    count, total, newest = (await session.execute(sums.where(_shown(house, calendar, window)))).one()
    seen = (FORMAT, calendar.id, lang, window, count, total, newest, house)
    return Fingerprint(
        sha256(repr(seen).encode()).hexdigest()[:32],
        max(window.begins, calendar.created_at, newest or calendar.created_at),
    )


async def reservations(session: AsyncSession, house: House, calendar: Calendar, window: Window) -> list[Reservation]:
    """Those that hold a room in the window, and those cancelled lately."""
    query = select(Reservation).where(_shown(house, calendar, window))
    return list(await session.scalars(query.order_by(Reservation.starts_at, Reservation.id)))


def name(house: House, calendar: Calendar, lang: str) -> str:
    """What the calendar is called in the list of somebody's phone."""
    if calendar.kind == CalendarKind.ROOM:
        room = next((room for room in house.rooms if room.id == calendar.about), None)
        return pick(room.name, lang) if room else calendar.about
    if calendar.kind == CalendarKind.ORGANISATION:
        return next((one.name for one in house.organisations if one.id == calendar.about), calendar.about)
    return pick(house.name, lang)


def _shown(house: House, calendar: Calendar, window: Window) -> ColumnElement[bool]:
    # the times stand in each arm, so that each can be answered by its own index
    times = and_(
        Reservation.starts_at >= window.span.starts_at - LONGEST,
        Reservation.starts_at < window.span.ends_at,
        Reservation.ends_at > window.span.starts_at,
    )
    cancelled = and_(Reservation.state == State.CANCELLED, Reservation.updated_at >= window.cancelled_since)
    either = or_(and_(Reservation.state.in_(STANDING), times), and_(cancelled, times))
    if calendar.kind == CalendarKind.ORGANISATION:
        return and_(either, Reservation.organisation == calendar.about)
    if calendar.kind == CalendarKind.ROOM:
        known = calendar.about in {room.id for room in house.rooms}
        return and_(either, Reservation.room.in_(sharing(house, calendar.about) if known else [calendar.about]))
    return either
