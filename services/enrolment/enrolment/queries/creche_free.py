"""What a crèche has free in the weeks that are published."""

from datetime import date

from ronde.clock import now
from ronde.house import Creche
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.creche.free_places import Free, free_places, published
from enrolment.nursery.book import occupation
from enrolment.settings import Terms


async def free_weeks(session: AsyncSession, terms: Terms, creche: Creche) -> dict[date, list[Free]]:
    """Monday -> its half-days, of this week and those that follow; a week in which it is closed has none."""
    mondays = published(now().astimezone(terms.timezone).date(), terms.places_weeks)
    full = await occupation(session, creche, mondays[0], mondays[-1])
    return {monday: free_places(full, monday) for monday in mondays}
