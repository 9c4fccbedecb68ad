"""A week that is full for Bottines, what is asked over it, and how much was taken without anybody being asked."""

from collections import Counter
from datetime import date, datetime, timedelta
from uuid import UUID

from ronde.web import dates
from sqlalchemy import select, text

from booking.charter import tally
from booking.charter_tables import Answered, Consent
from booking.rules import Span
from booking.testing.desk import Desk
from booking.use_cases.answer_consent import AnswerConsent, answer_consent
from booking.use_cases.settle_consents import settle_consents

ROOMS = ("salle-atelier", "salle-reunion", "cuisine", "grande-salle-jardin", "grande-salle-rue")
TODAY = datetime.fromisoformat("2027-02-01T08:00:00+01:00")  # a Monday
MONDAY = date(2027, 3, 1)
FULL = [(day, room) for day in (0, 1, 2, 3) for room in ROOMS[:2]]  # 24 hours, of 24


def at(desk: Desk, day: int, begins: str = "09:00", ends: str = "12:00") -> Span:
    starts, ends_at = (datetime.fromisoformat(f"{MONDAY + timedelta(days=day)}T{clock}") for clock in (begins, ends))
    zone = desk.settings.house.timezone
    return Span(starts.replace(tzinfo=zone), ends_at.replace(tzinfo=zone))


async def fill(desk: Desk) -> None:
    for day, room in FULL:
        await desk.reserve(room, at(desk, day))


async def the_consent(desk: Desk, reservation: UUID) -> Consent:
    async with desk.db.reading() as session:
        query = select(Consent).filter_by(reservation_id=reservation).order_by(Consent.asked_at.desc()).limit(1)
        return (await session.scalars(query)).one()


async def answer(desk: Desk, reservation: UUID, by: str, objection: str | None = None) -> Consent:
    consent = await the_consent(desk, reservation)
    async with desk.db.transaction() as tx:
        return await answer_consent(
            tx, desk.settings.house, AnswerConsent(consent_id=consent.id, organisation=by, objection=objection)
        )


async def settled(desk: Desk) -> int:
    """How many the timer settles now."""
    count = 0
    while True:
        async with desk.db.transaction() as tx:
            if not await settle_consents(tx, desk.settings.house):
                return count
        count += 1


async def state(desk: Desk, id: UUID) -> str:
    async with desk.db.reading() as session:
        return str(await session.scalar(text("SELECT state FROM reservations WHERE id = :id"), {"id": id}))


async def types(desk: Desk, last: int) -> list[str]:
    return [type for type, _, _ in await desk.said()][-last:]


async def unconsented(desk: Desk) -> timedelta:
    """The most that Bottines holds in a week, over 24 hours of peak time and over what the founders consented to.

    A consent says how much the week would have with it: so much, and no more, was asked of them.
    """
    charter, house = desk.settings.house.charter, desk.settings.house
    assert charter is not None  # noqa: S101
    query = text("""
        SELECT starts_at, ends_at FROM reservations
        WHERE state = 'confirmed' AND organisation = 'bottines' AND NOT for_family
    """)
    async with desk.db.reading() as session:
        spans = [Span(starts_at, ends_at) for starts_at, ends_at in await session.execute(query)]
        given = list(await session.scalars(select(Consent).filter_by(state=Answered.GIVEN)))
    weeks: Counter[date] = Counter()
    for day, seconds in tally(house, charter, spans).items():
        weeks[_monday(day)] += seconds
    budget, most = timedelta(hours=charter.budgets["bottines"].hours_per_week), timedelta()
    for monday, held in weeks.items():
        named = dates.day(monday, "fr", house.timezone)
        consented = [
            timedelta(minutes=over["minutes_over"])
            for one in given
            for over in one.excess
            if over["code"] == "over-week" and named in over["reason"]["fr"]
        ]
        most = max(most, timedelta(seconds=held) - budget - max(consented, default=timedelta()))
    return most


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
