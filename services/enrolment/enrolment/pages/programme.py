"""The programme, for everybody: week by week, for one organisation or one age when asked."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta, tzinfo
from typing import Annotated

from fastapi import APIRouter, Query, Request
from ronde.clock import now
from ronde.service import service_of
from ronde.web import render
from ronde.web.language import language
from ronde.web.signin import signed_in
from starlette.responses import Response

from enrolment import queries
from enrolment.pages.common import SHOWN, Token, private
from enrolment.queries import since_this_morning
from enrolment.tables import Session

router = APIRouter()
ALL = {"fr": "Toutes les structures", "en": "All organisations"}
ANY = {"fr": "Tous les âges", "en": "Any age"}
AGES = {
    "0": {"fr": "moins de 6 mois", "en": "under 6 months"},
    "6": {"fr": "6 à 11 mois", "en": "6 to 11 months"},
    "12": {"fr": "1 an", "en": "1 year"},
    "24": {"fr": "2 ans", "en": "2 years"},
    "36": {"fr": "3 ans et plus", "en": "3 years and over"},
}
"""The first month of each; a session is shown when it takes a child of some age in between."""
UNTIL = {"0": 5, "6": 11, "12": 23, "24": 35, "36": 240}


@router.api_route("/", methods=SHOWN)
async def show_programme(
    request: Request,
    organiser: Annotated[str, Query(max_length=40)] = "",
    age: Annotated[str, Query(max_length=2)] = "",
    f: Token = None,
) -> Response:
    """Staff also see what has no room yet. `f`: the family's page that they came from, to go on with."""
    async with service_of(request).db.reading() as session:
        found = await queries.programme(session, since_this_morning(now()))
    staff, lang, house = signed_in(request) is not None, language(request), service_of(request).house
    seen = [one for one in found if staff or one.state in ("open", "called-off")]
    chosen = [one for one in seen if organiser in ("", one.organiser) and _takes(one, age)]
    page = render(
        request,
        "programme.html",
        any=bool(seen),
        weeks=_by_week(chosen, house.timezone),
        filtered=bool(organiser or age),
        organiser=organiser,
        organisers={"": ALL[lang], **{one.id: one.name for one in house.organisations}},
        age=age,
        ages={"": ANY[lang], **{key: words[lang] for key, words in AGES.items()}},
        token=f,
    )
    return private(page) if f else page


def _takes(session: Session, age: str) -> bool:
    return age not in AGES or (session.from_months <= UNTIL[age] and session.to_months >= int(age))


def _by_week(sessions: Iterable[Session], zone: tzinfo) -> list[tuple[date, list[Session]]]:
    """Each with its Monday, in the house's own days."""
    weeks: dict[date, list[Session]] = defaultdict(list)
    for one in sessions:
        day = (one.starts_at or one.planned_starts_at).astimezone(zone).date()
        weeks[day - timedelta(days=day.weekday())].append(one)
    return sorted(weeks.items())
