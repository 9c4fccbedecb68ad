"""The page of the messages: what was sent and why, for the teams of the house."""

from itertools import groupby
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from ronde.service import service_of
from ronde.web import Staff, render

from notify import queries
from notify.purposes import Purpose

router = APIRouter(include_in_schema=False)
A_PAGE = 100

PURPOSES = {
    Purpose.CONFIRMED: {"fr": "Inscription confirmée", "en": "Enrolment confirmed"},
    Purpose.ACCEPTED: {"fr": "Place acceptée", "en": "Place accepted"},
    Purpose.WAITING: {"fr": "Sur la liste d'attente", "en": "On the waiting list"},
    Purpose.OFFERED: {"fr": "Place proposée", "en": "Place offered"},
    Purpose.DEADLINE_NEAR: {"fr": "Délai bientôt passé", "en": "Time to answer nearly over"},
    Purpose.REMINDER: {"fr": "Rappel de la veille", "en": "Reminder on the day before"},
    Purpose.EXPIRED: {"fr": "Délai passé", "en": "Time to answer over"},
    Purpose.WITHDRAWN: {"fr": "Désistement noté", "en": "Withdrawal noted"},
    Purpose.MOVED: {"fr": "Séance déplacée", "en": "Session moved"},
    Purpose.CALLED_OFF: {"fr": "Séance annulée", "en": "Session called off"},
}
CHANNELS = {"sms": {"fr": "SMS", "en": "SMS"}, "email": {"fr": "e\u2011mail", "en": "e\u2011mail"}}
STATUSES = {
    "scheduled": ("waiting", {"fr": "va partir", "en": "about to leave"}),
    "sending": ("waiting", {"fr": "en train de partir", "en": "leaving"}),
    "sent": ("good", {"fr": "envoyé", "en": "sent"}),
    "failed": ("stop", {"fr": "n'est pas parti", "en": "did not leave"}),
    "unknown": ("waiting", {"fr": "peut-être parti, à vérifier", "en": "may have left, to be checked"}),
    "withdrawn": ("quiet", {"fr": "retiré avant l'envoi", "en": "withdrawn before it left"}),
}
PROBLEMS = {
    "too-late": {"fr": "trop tard pour être utile", "en": "too late to be of use"},
    "no-address": {"fr": "aucune adresse connue : à joindre autrement", "en": "no address known: reach them otherwise"},
    "refused-by-provider": {"fr": "l'adresse est refusée : à vérifier", "en": "the address is refused: please check"},
    "bad-address": {"fr": "l'adresse est mal écrite : à vérifier", "en": "the address is misspelt: please check"},
    "gave-up": {"fr": "plusieurs essais, sans succès", "en": "tried several times, without success"},
    "not-written": {"fr": "le modèle du message est à corriger", "en": "the message's template has to be corrected"},
}
NEXT_TRY = {"fr": "nouvel essai prévu", "en": "will be tried again"}


@router.get("/")
async def sent(request: Request, staff: Staff, before: Annotated[UUID | None, Query()] = None) -> Response:  # noqa: ARG001
    """Newest first, by day, a line a message."""
    async with service_of(request).db.reading() as session:
        found = await queries.messages(session, limit=A_PAGE, before=before)
    lines: list[dict[str, Any]] = [
        {
            "told": told,
            "at": told.created_at,
            "purpose": PURPOSES[Purpose(told.purpose)],
            "channel": CHANNELS[told.channel],
            "status": STATUSES[told.status],
            "problem": _problem(told),
        }
        for told in found
    ]
    zone = service_of(request).house.timezone
    days = [list(day) for _, day in groupby(lines, lambda line: line["at"].astimezone(zone).date())]
    older = found[-1].id if len(found) == A_PAGE else None
    return render(request, "sent.html", days=days, live=before is None, older=older)


def _problem(told: queries.Told) -> dict[str, str] | None:
    if told.problem is None:
        return None
    return PROBLEMS.get(told.problem, NEXT_TRY if told.status == "scheduled" else None)
