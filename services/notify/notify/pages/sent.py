"""The page of the messages: what was sent and why, to families and to organisations, for the teams of the house."""

from itertools import groupby
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from ronde.service import service_of
from ronde.web import Staff, render

from notify.pages.words import CHANNELS, PURPOSES, STATUSES, problem
from notify.queries import messages, notices

router = APIRouter()
A_PAGE = 100


@router.get("/")
async def show_sent(request: Request, staff: Staff, before: Annotated[UUID | None, Query()] = None) -> Response:  # noqa: ARG001
    """Newest first, by day, a line a message or notice."""
    service = service_of(request)
    async with service.db.reading() as session:
        both: list[messages.Told | notices.Noticed] = [
            *await messages.messages(session, limit=A_PAGE, before=before),
            *await notices.notices(session, limit=A_PAGE, before=before),
        ]
    found = sorted(both, key=lambda told: told.id, reverse=True)[:A_PAGE]
    lines = [line(told) for told in found]
    zone = service.house.timezone
    days = [list(day) for _, day in groupby(lines, lambda line: line["at"].astimezone(zone).date())]
    older = found[-1].id if len(found) == A_PAGE else None
    return render(request, "sent.html", days=days, live=before is None, older=older)


def line(told: messages.Told | notices.Noticed) -> dict[str, Any]:
    """What a list says of a message or a notice."""
    return {
        "told": told,
        "of_a_family": isinstance(told, messages.Told),
        "at": told.created_at,
        "purpose": PURPOSES[told.purpose],
        "channel": CHANNELS[told.channel],
        "status": STATUSES[told.status],
        "problem": problem(told.problem, told.status),
    }
