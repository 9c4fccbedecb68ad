"""By the clock: remind families to renew their applications, and let those lapse that nobody renewed or outgrew."""

from datetime import timedelta

from ronde.database import Tx
from ronde_contracts.enrolment_creche import ApplicationLapsed, ApplicationRenewalDue
from sqlalchemy import ColumnElement, func, select

from enrolment.nursery import applying
from enrolment.nursery.commissions import today
from enrolment.settings import Terms
from enrolment.tables import CrecheApplication

STATES = ("kept", "waiting")
"""Who has been offered a place, or has one, has said so lately."""


async def remind_to_renew(tx: Tx, terms: Terms) -> bool:
    """One application; False when none is due. Once for each date. Run by a timer."""
    for criteria in terms.commissions:
        renew = criteria.applications.renew
        if renew is None:
            continue
        found = await _one(
            tx,
            CrecheApplication.commission == criteria.commission,
            CrecheApplication.renew_by.between(today(terms), today(terms) + timedelta(days=renew.remind_days)),
            CrecheApplication.reminded_for.is_distinct_from(CrecheApplication.renew_by),
        )
        if found is not None:
            found.reminded_for = found.renew_by
            applying.tell(tx, found, ApplicationRenewalDue, renew_by=found.renew_by)
            return True
    return False


async def let_lapse(tx: Tx, terms: Terms) -> bool:
    """One application; False when none is over. `renew_by` is included: it lapses on the day after. Run by a timer."""
    found = await _one(tx, CrecheApplication.renew_by < today(terms))
    if found is not None:
        await applying.end(tx, found, "lapsed", ApplicationLapsed, why="not-renewed")
        return True
    for criteria in terms.commissions:
        born = func.coalesce(CrecheApplication.born_on, CrecheApplication.due_on)
        # Postgres puts 31 January and a month on the last of February, we on the day after
        over = born + func.make_interval(0, criteria.applications.oldest.months + 1) + timedelta(days=1)
        outgrown = over <= func.greatest(CrecheApplication.entry_from, today(terms))
        found = await _one(tx, CrecheApplication.commission == criteria.commission, outgrown)
        if found is not None:
            await applying.end(tx, found, "lapsed", ApplicationLapsed, why="too-old")
            return True
    return False


async def _one(tx: Tx, *over: ColumnElement[bool]) -> CrecheApplication | None:
    """Claimed until the transaction ends; one that somebody works on is seen at the next look."""
    wanted = select(CrecheApplication).where(CrecheApplication.state.in_(STATES), *over).limit(1)
    return await tx.session.scalar(wanted.with_for_update(skip_locked=True))
