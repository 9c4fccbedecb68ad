"""A place in a crèche offered to a family: held, answered or let go, and offered to the next by the same rule.

Everything here is done while the house's crèches are locked (`lock_creches`), and before any application is: one order,
so no deadlock.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import groupby
from operator import attrgetter
from typing import Any, ClassVar, Literal
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from ronde.refusal import Refused
from ronde_contracts.enrolment_creche import CrechePlaceOffered, CrechePlaceWithdrawn, WeeklyGrid
from ronde_contracts.event import Event
from sqlalchemy import select

from enrolment import rules
from enrolment.creche.fitting import No
from enrolment.creche.hours import texts
from enrolment.creche.places import YEAR, Asked, Giving
from enrolment.nursery import lock_creche
from enrolment.nursery.applying import ApplicationUnknown, issue_page
from enrolment.nursery.book import occupation
from enrolment.nursery.commissions import today
from enrolment.nursery.demands import Demand, asked
from enrolment.settings import Terms
from enrolment.states import PlaceState
from enrolment.tables import CrecheApplication, CrecheDecision, CrechePlaceOffer

Why = Literal["decided", "declined", "expired", "withdrawn"]
"""Why a place was offered: the committee decided so, or the one before answered so."""
ANSWER_BY = time(18)
"""Until when on the last day: somebody of the team is still there to help."""


class OfferUnknown(Refused):
    """No such offer."""

    code, status = "place-offer-unknown", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette proposition de place n'existe pas.",
        "en": "There is no such offer of a place.",
    }


async def lock_creches(tx: Tx, terms: Terms) -> None:
    """All those of the house, in one order: a line may go from one to the other."""
    for creche in sorted(terms.creches, key=attrgetter("id")):
        await lock_creche(tx, creche)


async def lock_offer(tx: Tx, terms: Terms, offer_id: UUID) -> tuple[CrechePlaceOffer, CrecheApplication]:
    """The crèches, the offer and its application, ours until the transaction ends. Raises OfferUnknown."""
    await lock_creches(tx, terms)
    offer = await tx.session.get(CrechePlaceOffer, offer_id, populate_existing=True, with_for_update=True)
    if offer is None:
        raise OfferUnknown
    return offer, await lock_row(tx, offer.application_id)


async def lock_row(tx: Tx, application_id: UUID) -> CrecheApplication:
    """Raises ApplicationUnknown."""
    found = await tx.session.get(CrecheApplication, application_id, populate_existing=True, with_for_update=True)
    if found is None:
        raise ApplicationUnknown
    return found


async def giving(tx: Tx, terms: Terms, starts: Sequence[date]) -> Giving:
    """What may still be given, to children who come in on these days."""
    await tx.session.flush()
    first, last = min(starts), max(starts) + YEAR
    return Giving({one.id: await occupation(tx.session, one, first, last) for one in terms.creches})


def offer(
    tx: Tx, terms: Terms, run_id: UUID, application: CrecheApplication, wish: int, week: Asked, why: Why, **more: Any
) -> CrechePlaceOffer:
    """Hold for them the week that was given for that wish; `more`: what else is written down of why."""
    at, starts_at = now(), datetime.combine(week.start, time(), terms.timezone)
    evening = datetime.combine(today(terms) + terms.place_answer, ANSWER_BY, terms.timezone)
    until = rules.deadline(at, starts_at, evening - at, terms)
    assert until is not None  # noqa: S101 (there is NOTICE)
    made = CrechePlaceOffer(
        id=new_id(), run_id=run_id, application_id=application.id, creche=week.creche, wish=wish,
        week=texts(week.week), starts_on=week.start, state="offered", deadline=until,
        offered_at=at, because={"why": why, **more}, version=0,
    )  # fmt: skip
    tx.session.add(made)
    application.state, application.updated_at = "offered", at
    tell(tx, terms, made, application, CrechePlaceOffered, deadline=until)
    issue_page(tx, terms, application, made.id, starts_at + terms.link_stays, sequence=1)
    return made


async def let_go(
    tx: Tx,
    terms: Terms,
    ended: CrechePlaceOffer,
    application: CrecheApplication,
    state: Literal["declined", "expired", "withdrawn"],
    kind: type[Event],
    by: str | None = None,
) -> None:
    """An offer is over, and what it held goes to the next. Who said no to a wish has said no to those after it."""
    end(ended, state, by)
    decision = await tx.session.get(CrecheDecision, (ended.run_id, application.id))
    assert decision is not None  # noqa: S101 (nobody else is offered a place)
    decision.still = ended.wish
    if application.state == "offered":
        application.state = "waiting" if decision.still else "declined"
        application.updated_at = now()
    tell(tx, terms, ended, application, kind)
    await offer_next(tx, terms, ended.run_id, state, after=str(ended.id))


async def withdraw_offer_of(tx: Tx, terms: Terms, application: CrecheApplication, by: str | None) -> None:
    """The family wishes no more: what is held for it goes to the next."""
    held = select(CrechePlaceOffer).where(
        CrechePlaceOffer.application_id == application.id, CrechePlaceOffer.state == "offered"
    )
    if (found := await tx.session.scalar(held)) is not None:
        await let_go(tx, terms, found, application, "withdrawn", CrechePlaceWithdrawn, by)


def end(offer: CrechePlaceOffer, state: PlaceState, by: str | None) -> None:
    """`by`: the organisation whose staff they told; None: the family itself, or the clock."""
    offer.state, offer.answered_at, offer.answered_by = state, now(), by


async def offer_next(tx: Tx, terms: Terms, run_id: UUID, why: Why, **more: Any) -> None:
    """In the order of the line, each who waits is offered the dearest of its wishes that fits, if any does."""
    await tx.session.flush()
    found = await tx.session.execute(
        select(CrecheDecision, CrecheApplication)
        .join(CrecheApplication)
        .where(CrecheDecision.run_id == run_id, CrecheDecision.still > 0, CrecheApplication.state == "waiting")
        .order_by(CrecheDecision.number, CrecheApplication.id)
        .with_for_update(of=CrecheApplication)
        .execution_options(populate_existing=True)
    )
    line = [(decision, application) for decision, application in found]
    starts = [one.start for decision, row in line if (one := asked(row, 0, today(terms)))]
    if not starts:
        return
    free = await giving(tx, terms, starts)
    passed: list[dict[str, Any]] = []
    for number, several in groupby(line, key=lambda one: one[0].number):
        members = list(several)
        demand = Demand(str(number), tuple(row for _, row in members))
        for wish in range(min(decision.still for decision, _ in members)):
            given = free.give(demand.asked(wish, today(terms)))
            if isinstance(given, No) or not given:
                passed += [{"application": str(row.id), "wish": wish, **reason(given)} for row in demand.rows]
                continue
            for row, week in zip(demand.rows, given, strict=True):
                offer(tx, terms, run_id, row, wish, week, why, **more, passed=list(passed))
            break


def reason(given: No | tuple[Asked, ...]) -> dict[str, Any]:
    """Why nothing was given, as it is written down; when no week was asked for, it is too late for them."""
    return {**given._asdict(), "day": given.day.isoformat()} if isinstance(given, No) else {"rule": "too-late"}


def tell(
    tx: Tx, terms: Terms, offer: CrechePlaceOffer, application: CrecheApplication, kind: type[Event], **more: Any
) -> None:
    """Publish the whole state of an offer."""
    offer.version += 1
    name = next(one.name for one in terms.creches if one.id == offer.creche)
    facts = {
        "offer_id": offer.id,
        "application_id": application.id,
        "reference": application.reference,
        "party_id": application.party_id,
        "creche": offer.creche,
        "creche_name": name,
        "starts_on": offer.starts_on,
        "week": dict(zip(WeeklyGrid.model_fields, (text or None for text in offer.week), strict=False)),
    }
    tx.publish(kind(**facts, **more), sequence=offer.version)
