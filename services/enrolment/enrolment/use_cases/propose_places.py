"""Run a commission: who is proposed which place, from what was asked, what the crèche holds, and the draw."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from ronde.refusal import Refused
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from enrolment.creche.criteria import Criteria, NotAsPublished
from enrolment.creche.hours import texts
from enrolment.creche.places import digest
from enrolment.creche.proposing import Given, propose
from enrolment.nursery import awarding, demands
from enrolment.nursery.commissions import their_commission, today
from enrolment.nursery.demands import Demand
from enrolment.settings import Terms
from enrolment.tables import CrecheApplication, CrecheDecision, CrecheRun


@dataclass(frozen=True, kw_only=True)
class ProposePlaces:
    """`seed`: the number that was drawn, as the commission's file says it. `by`: whose staff."""

    commission: str
    seed: str
    by: str


class CountedByPattern(Refused):
    """A place counted by pattern may be lost again while the run lasts, so no engine can judge week after week."""

    code, status = "counted-by-pattern", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Les places de cette commission sont comptées par semaine type, d'avance : une place donnée peut encore "
        "passer à une autre demande, et la crèche ne peut pas juger les semaines l'une après l'autre. La proposition "
        "se calcule donc avec la bibliothèque de Ronde (enrolment.creche.matching), à partir des places comptées. Pour "
        'la calculer ici, publiez, avant la clôture, une version du fichier avec counted_by = "half-day".',
        "en": "The places of this commission are counted by typical week, beforehand: a place that was given may still "
        "go to another application, and the crèche cannot judge week after week. So the proposal is not computed here "
        "but with Ronde's library (enrolment.creche.matching), from the places that were counted. To compute it here, "
        'publish, before the closing, a version of the file with counted_by = "half-day".',
    }


class NotDrawnYet(Refused):
    """Before the draw nobody may know what it would change."""

    code, status = "not-drawn-yet", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Le tirage annoncé n'a pas encore eu lieu : la proposition se calcule après lui.",
        "en": "The draw that was announced has not taken place yet: the proposal is computed after it.",
    }


class DecidedAlready(Refused):
    """The committee has decided; what is freed goes to the next by the same rule."""

    code, status = "decided-already", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "La commission a déjà décidé. Ce qui se libère est proposé à la demande suivante, par la même règle.",
        "en": "The committee has decided already. What is freed goes to the next application, by the same rule.",
    }


class NothingToPropose(Refused):
    """Nobody asks, or what is asked is not what the commission has published."""

    code, status = "nothing-to-propose", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Il n'y a pas de demande à examiner, ou l'une d'elles ne suit pas les critères publiés.",
        "en": "There is no application to look at, or one of them does not follow the published criteria.",
    }


async def propose_places(tx: Tx, terms: Terms, cmd: ProposePlaces) -> CrecheRun:
    """Kept with what it was computed from; earlier ones stay readable, so that nobody draws again until they like it.

    Raises CommissionUnknown, NotTheirCommission, CountedByPattern, NotDrawnYet, DecidedAlready, NothingToPropose.
    """
    criteria = their_commission(terms, cmd.commission, cmd.by)
    if criteria.counted_by == "pattern":
        raise CountedByPattern
    day = today(terms)
    if day < criteria.drawn:
        raise NotDrawnYet(drawn=criteria.drawn.isoformat())
    await awarding.lock_creches(tx, terms)
    earlier = (await tx.session.scalars(select(CrecheRun).where(CrecheRun.commission == cmd.commission))).all()
    if any(one.decided_at for one in earlier):
        raise DecidedAlready
    rows = await tx.session.scalars(
        select(CrecheApplication)
        .where(CrecheApplication.commission == cmd.commission, CrecheApplication.state == "kept")
        .options(selectinload(CrecheApplication.answers))
    )
    several = [one for one in demands.demands(rows) if one.wishes and one.asked(0, day)]
    if not several:
        raise NothingToPropose
    weeks = demands.weeks(several, day)
    full = await awarding.giving(tx, terms, [one.start for wishes in weeks.values() for one in wishes[0]])
    forms = [demands.form(criteria, one) for one in several]
    try:
        given = await asyncio.to_thread(propose, criteria, forms, weeks, full.occupations, cmd.seed.strip())
    except NotAsPublished as error:
        raise NothingToPropose(says=str(error)) from None
    run = CrecheRun(
        id=new_id(), commission=cmd.commission, criteria=given.criteria, seed=given.seed, inputs=given.inputs,
        capacity=digest(full.occupations), result=given.run.digest, given=given.dump(), by=cmd.by, at=now(),
    )  # fmt: skip
    for one in earlier:
        one.given = None
    tx.session.add(run)
    await tx.session.flush()
    tx.session.add_all(_decisions(run, criteria, given, several))
    return run


def _decisions(run: CrecheRun, criteria: Criteria, given: Given, several: list[Demand]) -> list[CrecheDecision]:
    """One row for each child, numbered in the order of the line."""
    ledger = given.ledger(criteria)
    ordered = sorted(several, key=lambda one: ledger.rank(one.id), reverse=True)
    return [
        CrecheDecision(
            run_id=run.id, application_id=row.id, number=number, points=ledger.rank(one.id)[0],
            proposed=given.proposed[one.id], decided=given.proposed[one.id],
            shifted=texts(week) if week else None, departures=[], still=one.wishes, account={},
        )
        for number, one in enumerate(ordered, start=1)
        for row in one.rows
        for week in (given.shifted.get(demands.child_id(row)),)
    ]  # fmt: skip
