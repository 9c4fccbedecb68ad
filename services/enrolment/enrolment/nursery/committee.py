"""A commission's proposal on its way to a decision: found, put together again, and decided only if all of it fits."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from ronde.database import Tx
from ronde.refusal import Refused
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.creche.committee import Ledger
from enrolment.creche.committee_decisions import Decision, Departure, TooMany, decisions
from enrolment.creche.criteria import Criteria, NotAsPublished
from enrolment.creche.proposing import given
from enrolment.tables import CrecheDecision, CrecheRun


class NotProposed(Refused):
    """There is no proposal to decide on: it was not computed yet, is decided, or the application was not in it."""

    code, status = "not-proposed", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Il n'y a pas de proposition à décider : calculez-la d'abord, ou la commission a déjà décidé.",
        "en": "There is no proposal to decide on: compute it first, or the committee has decided already.",
    }


class MoreThanThereIs(Refused):
    """What is decided needs more places than there are: somebody has to be named who makes room."""

    code, status = "more-than-there-is", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Il n'y a pas la place pour tout ce qui est décidé. Dites aussi quelle demande laisse la sienne, et "
        "pourquoi.",
        "en": "There is no room for all that is decided. Say also which application gives up its place, and why.",
    }
    example: ClassVar[dict[str, Any]] = {"reference": "D-4CFH7M", "rule": "ratio", "day": "2027-09-07", "quarter": 36}


async def proposal(tx: Tx, commission: str) -> CrecheRun:
    """The one to decide on. Raises NotProposed."""
    found = await latest(tx.session, commission)
    if found is None or found.decided_at or found.given is None:
        raise NotProposed
    return found


async def latest(session: AsyncSession, commission: str) -> CrecheRun | None:
    """The run that was decided, else the last one."""
    wanted = select(CrecheRun).where(CrecheRun.commission == commission)
    return await session.scalar(wanted.order_by(CrecheRun.decided_at.nulls_last(), CrecheRun.at.desc()).limit(1))


async def together(tx: Tx, run: CrecheRun, application_id: UUID) -> list[CrecheDecision]:
    """Those asked together with that one, and itself. Raises NotProposed."""
    one = await tx.session.get(CrecheDecision, (run.id, application_id))
    if one is None:
        raise NotProposed
    same = select(CrecheDecision).where(CrecheDecision.run_id == run.id, CrecheDecision.number == one.number)
    return list(await tx.session.scalars(same))


def ledger_of(criteria: Criteria, run: CrecheRun) -> Ledger:
    """All that it was computed from. Raises NotProposed, also when the criteria were published anew since."""
    if run.given is None:
        raise NotProposed
    try:
        return given(run.given).ledger(criteria)
    except NotAsPublished:
        raise NotProposed from None


def decided(ledger: Ledger, departed: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, Decision]:
    """Of every application in the run; `departed`: what was written down, by its id. Raises MoreThanThereIs."""
    departures = [
        Departure(id, one["to"], one["by"], datetime.fromisoformat(one["on"]), one["reason"])
        for id, several in departed.items()
        for one in several
    ]
    try:
        return decisions(ledger, departures)
    except TooMany:
        raise MoreThanThereIs from None
