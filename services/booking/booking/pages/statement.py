"""An organisation's month: a page to print and a file for a spreadsheet, for the teams of the house."""

from datetime import date, timedelta
from typing import Annotated, NamedTuple

from babel.dates import format_date
from fastapi import APIRouter, Query, Request
from ronde.clock import now
from ronde.service import service_of
from ronde.web import Staff, render
from ronde.web.dates import LOCALES
from ronde.web.language import language, pick
from ronde_contracts.event import Slug
from starlette.responses import Response

from booking import statement
from booking.doors import settings_of
from booking.ledger import FAMILIES, FOR_FAMILIES
from booking.month import held_in_month
from booking.statement import Line
from booking.use_cases.renew_calendar import UnknownOrganisation

router = APIRouter()
MONTH = r"20\d\d-(0[1-9]|1[0-2])"
Month = Annotated[str | None, Query(pattern=f"^{MONTH}$")]
Whose = Annotated[Slug | None, Query()]


class Asked(NamedTuple):
    organisation: str
    name: str
    first: date
    lines: list[Line]


@router.get("/statement")
async def show_statement(request: Request, staff: Staff, organisation: Whose = None, month: Month = None) -> Response:
    """Last month's own, when nothing else is asked. The sharing of costs is everybody's: each may see each."""
    asked, lang = await _asked(request, organisation or staff, month), language(request)
    return render(
        request,
        "statement.html",
        **asked._asdict(),
        names=_names(request),
        month_name=format_date(asked.first, "LLLL y", LOCALES[lang]),
        total=statement.total(asked.lines, lang),
        around=settings_of(request).statement_counts_around,
        figure=lambda time: statement.hours(time, lang),
        previous=_key(asked.first - timedelta(days=1)),
        month=_key(asked.first),
        next=_key(asked.first + timedelta(days=31)),
    )


@router.get("/statement.csv")
async def statement_file(request: Request, staff: Staff, organisation: Whose = None, month: Month = None) -> Response:
    asked, lang = await _asked(request, organisation or staff, month), language(request)
    key, around = _key(asked.first), settings_of(request).statement_counts_around
    return Response(
        statement.as_csv(asked.lines, organisation=asked.name, month=key, around=around, lang=lang),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{asked.organisation}-{key}.csv"',
            "Content-Language": lang,
        },
    )


async def _asked(request: Request, organisation: str, month: str | None) -> Asked:
    service, settings = service_of(request), settings_of(request)
    house = service.house
    names = _names(request)
    if organisation not in names:
        raise UnknownOrganisation
    today = now().astimezone(house.timezone).date()
    first = date.fromisoformat(f"{month}-01") if month else (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    span = statement.month_of(first, house.timezone)
    async with service.db.reading() as session:
        held = await held_in_month(session, organisation, span)
    around, lang = settings.statement_counts_around, language(request)
    found = statement.lines(house, span, held, around=around, lang=lang)
    return Asked(organisation, names[organisation], first, found)


def _names(request: Request) -> dict[str, str]:
    house = settings_of(request).house
    return {**{one.id: one.name for one in house.organisations}, FAMILIES: pick(FOR_FAMILIES, language(request))}


def _key(day: date) -> str:
    return f"{day:%Y-%m}"
