"""What several pages share."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import Query
from ronde.clock import now
from starlette.responses import Response

from enrolment.settings import Terms
from enrolment.tables import Session

SHOWN = ["GET", "HEAD"]
NOINDEX = "noindex, nofollow"
Token = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9]{12}$")]
"""Of the family's page that somebody comes from: public pages hand it on, so that no second code is needed."""

PLACE = "place"
"""Instead of a session, in `to`: they come to ask for a crèche place."""


def wall_clock(terms: Terms) -> Callable[[date, int], datetime]:
    """Of a day and a quarter-hour of it: the moment, for templates; 96 is the next midnight."""
    return lambda day, quarter: datetime.combine(day, time(), terms.timezone) + timedelta(minutes=15 * quarter)


def began(session: Session) -> bool:
    return session.starts_at is not None and session.starts_at <= now()


def private(response: Response) -> Response:
    """The address is the key: no search engine, no cache (the door says no-store)."""
    response.headers["X-Robots-Tag"] = NOINDEX
    return response
