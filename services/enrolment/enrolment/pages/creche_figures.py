"""A crèche's figures for its supervisor: week by week, as a table, a picture and a file. Planned hours; no invoice."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from ronde.clock import now
from ronde.house import Creche
from ronde.service import service_of
from ronde.web import Staff, render
from ronde_contracts.event import Slug
from starlette.responses import Response

from enrolment.creche.figures import WeekFigures, figures, total
from enrolment.creche.occupation import monday_of
from enrolment.creche.sheets import figures_sheet
from enrolment.doors import sheet, terms_of
from enrolment.nursery import their_creche
from enrolment.nursery.book import occupation
from enrolment.pages.common import SHOWN, private

router = APIRouter(prefix="/creches/{id}")
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2100, 1, 1))]
WEEKS, MOST = 12, 53
"""Shown when nothing is asked, and at most."""


@dataclass(frozen=True)
class Asked:
    """Whole weeks. `cut`: more were asked for, and the last ones are not shown."""

    creche: Creche
    first: date
    last: date
    cut: bool
    weeks: list[WeekFigures]


@router.api_route("/figures", methods=SHOWN)
async def show_figures(id: Slug, staff: Staff, request: Request, first: Day = None, last: Day = None) -> Response:
    asked = await _asked(request, id, staff, first, last)
    all_of_it = total(asked.weeks) if asked.weeks else None
    return private(render(request, "creche-figures.html", asked=asked, total=all_of_it, most=MOST))


@router.get("/figures.csv")
async def get_figures(id: Slug, staff: Staff, request: Request, first: Day = None, last: Day = None) -> Response:
    asked = await _asked(request, id, staff, first, last)
    return sheet(figures_sheet(asked.weeks), f"{id}-{asked.first}-{asked.last}")


async def _asked(request: Request, id: Slug, staff: str, first: date | None, last: date | None) -> Asked:
    terms = terms_of(request)
    creche = their_creche(terms, id, staff)
    end = last or now().astimezone(terms.timezone).date()
    begin = monday_of(first or end - timedelta(weeks=WEEKS - 1))
    wanted = max(end, begin)
    until = min(monday_of(wanted), begin + timedelta(weeks=MOST - 1)) + timedelta(days=6)
    async with service_of(request).db.reading() as session:
        full = await occupation(session, creche, begin, until)
    return Asked(creche, begin, until, until < wanted, figures(full))
