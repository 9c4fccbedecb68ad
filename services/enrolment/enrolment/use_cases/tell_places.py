"""Say what a crèche has free in the coming weeks, when it changes and once a week. Run by a timer."""

from datetime import date, timedelta

from ronde.clock import now
from ronde.database import Tx
from ronde.house import Creche
from ronde_contracts.enrolment_creche import FreePlaces, PlacesAvailable

from enrolment.creche.free_places import Free, free_places, published
from enrolment.creche.hours import clock
from enrolment.creche.occupation import Occupation
from enrolment.nursery import lock_creche
from enrolment.nursery.book import book_of
from enrolment.settings import Terms
from enrolment.tables import CrecheWeekTold

AT_LEAST_EVERY = timedelta(days=7)
"""Published for monenfant.fr at least weekly (an order of the ministry's that specialists report: B)."""


async def tell_places(tx: Tx, terms: Terms, creche: Creche) -> None:
    """Each week from this one on. Nothing before somebody has planned a team: the crèche does not work with Ronde yet.

    Two weeks ahead keep the other rule, *at the latest the 3rd day before*, with days to spare.
    """
    await lock_creche(tx, creche)
    weeks = published(now().astimezone(terms.timezone).date(), terms.places_weeks)
    book = await book_of(tx.session, creche, weeks[0], weeks[-1])
    occupation = Occupation(creche, book, weeks[0], weeks[-1])
    for monday in weeks:
        await _tell_week(tx, creche, monday, free_places(occupation, monday), planned=bool(book.staff))


async def _tell_week(tx: Tx, creche: Creche, monday: date, free: list[Free], *, planned: bool) -> None:
    week = f"{monday:%G-W%V}"
    told = await tx.session.get(CrecheWeekTold, (creche.id, week))
    shown = tuple(map(_shown, free))
    rows = [one.model_dump(mode="json") for one in shown]
    if told is None:
        if not planned:
            return
        told = CrecheWeekTold(creche=creche.id, week=week, version=0)
        tx.session.add(told)
    elif told.free == rows and now() < told.told_at + AT_LEAST_EVERY:
        return
    told.free, told.told_at, told.version = rows, now(), told.version + 1
    tx.publish(PlacesAvailable(creche=creche.id, week=week, free=shown), sequence=told.version)


def _shown(one: Free) -> FreePlaces:
    hours = "-".join(map(clock, one.hours))
    return FreePlaces(day=one.day, hours=hours, walking=one.walking, places=one.places)
