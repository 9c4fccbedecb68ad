"""What several pages share."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import Query, Request
from ronde.clock import now
from ronde.web import dates
from ronde.web.language import language
from starlette.responses import Response

from enrolment.creche.hours import hours, spans
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


def spoken(request: Request, terms: Terms) -> Callable[[str], str]:
    """Of hours as they are written down: `de 8 h 30 à 12 h, de 14 h à 17 h`."""
    at, any_day, lang = wall_clock(terms), now().date(), language(request)

    def said(text: str) -> str:
        parts = spans(hours(text))
        return ", ".join(dates.hours(at(any_day, a), at(any_day, b), lang, terms.timezone) for a, b in parts)

    return said


async def typed_in(request: Request) -> dict[str, str]:
    """The fields of a form, by name."""
    return {name: str(value) for name, value in (await request.form()).items()}


def began(session: Session) -> bool:
    return session.starts_at is not None and session.starts_at <= now()


def private(response: Response) -> Response:
    """The address is the key: no search engine, no cache (the door says no-store)."""
    response.headers["X-Robots-Tag"] = NOINDEX
    return response
