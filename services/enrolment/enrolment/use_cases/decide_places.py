"""The committee decides: who is admitted is offered the week, everybody reads why, and what is left is a line."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde_contracts.enrolment_creche import ApplicationDecided
from sqlalchemy import select

from enrolment.creche.committee import Ledger
from enrolment.creche.committee_figures import public
from enrolment.creche.committee_words import told
from enrolment.creche.criteria import Criteria
from enrolment.creche.fitting import No
from enrolment.creche.hours import Grid, texts
from enrolment.creche.places import Asked
from enrolment.nursery import applying, awarding
from enrolment.nursery.commissions import their_commission, today
from enrolment.nursery.committee import MoreThanThereIs, decided, ledger_of, proposal
from enrolment.nursery.demands import asked, child_id
from enrolment.settings import Terms
from enrolment.tables import CrecheApplication, CrecheDecision, CrecheRun

LANGUAGES = ("fr", "en")


@dataclass(frozen=True, kw_only=True)
class DecidePlaces:
    """`by`: whose staff write down what the committee decided."""

    commission: str
    by: str


async def decide_places(tx: Tx, terms: Terms, cmd: DecidePlaces) -> CrecheRun:
    """Only if all of it fits, as the crèche is now. Who has withdrawn since is left out.

    Hours that are shifted are found anew, in the order of the line: departures may have changed which are the nearest.

    Raises CommissionUnknown, NotTheirCommission, NotProposed, MoreThanThereIs.
    """
    criteria = their_commission(terms, cmd.commission, cmd.by)
    await awarding.lock_creches(tx, terms)
    run = await proposal(tx, cmd.commission)
    ledger = ledger_of(criteria, run)
    rows = await _rows(tx, run)
    ids = {child.id: one.id for one in ledger.by_id.values() for child in one.children}
    found = decided(ledger, {ids[child_id(row)]: decision.departures for decision, row in rows})
    admitted = [(row, decision.decided) for decision, row in rows if decision.decided is not None and _waits(row)]
    given, shifted = await _give(tx, terms, admitted)
    final = _as_decided(ledger, {id: one.decided for id, one in found.items()}, shifted)
    accounts = {id: _account(terms, criteria, final, id, run.result) for id in final.by_id}
    for decision, row in rows:
        decision.account = accounts[ids[child_id(row)]]
        if not _waits(row):
            continue
        row.state, row.updated_at = "waiting", now()
        outcome = "waiting" if decision.decided is None else "offered"
        applying.tell(tx, row, ApplicationDecided, outcome=outcome)
        if decision.decided is not None:
            hours = shifted.get(child_id(row))
            decision.shifted = texts(hours) if hours else None
            awarding.offer(tx, terms, run.id, row, decision.decided, given[row.id], "decided")
    run.figures = [
        {"creche": creche, "group": group, **one._asdict()} for (creche, group), one in public(final).items()
    ]
    run.given, run.decided_by, run.decided_at = None, cmd.by, now()
    return run


async def _rows(tx: Tx, run: CrecheRun) -> list[tuple[CrecheDecision, CrecheApplication]]:
    """In the order of the line."""
    found = await tx.session.execute(
        select(CrecheDecision, CrecheApplication)
        .join(CrecheApplication)
        .where(CrecheDecision.run_id == run.id)
        .order_by(CrecheDecision.number, CrecheApplication.id)
        .with_for_update(of=CrecheApplication)
        .execution_options(populate_existing=True)
    )
    return [(decision, row) for decision, row in found]


def _waits(row: CrecheApplication) -> bool:
    return row.state == "kept"


async def _give(
    tx: Tx, terms: Terms, admitted: Iterable[tuple[CrecheApplication, int]]
) -> tuple[dict[UUID, Asked], dict[str, Grid]]:
    """The week of each application, and whose hours are shifted, by the child's id in the run.

    Raises MoreThanThereIs for the first in the line who has none that fits.
    """
    day = today(terms)
    wanted = [(row, asked(row, wish, day)) for row, wish in admitted]
    starts = [week.start for _, week in wanted if week]
    free = await awarding.giving(tx, terms, starts or [day])
    given, shifted = {}, {}
    for row, week in wanted:
        found = free.give([week] if week else [])
        if isinstance(found, No) or not found:
            raise MoreThanThereIs(reference=row.reference, **awarding.reason(found))
        [given[row.id]] = found
        if week and week.week != found[0].week:
            shifted[child_id(row)] = found[0].week
    return given, shifted


def _as_decided(ledger: Ledger, decided: dict[str, int | None], shifted: dict[str, Grid]) -> Ledger:
    """What families and everybody read is what was decided, not what was proposed: the last admitted, above all."""
    run = replace(ledger.run, proposed=decided, shifted=shifted)
    return Ledger(ledger.criteria, list(ledger.by_id.values()), ledger.places, run)


def _account(terms: Terms, criteria: Criteria, final: Ledger, id: str, result: str) -> dict[str, list[str]]:
    """`result`: of the run, which is what anybody can compute again."""
    names = {one.id: one.name for one in terms.creches}
    account = replace(final.account(id), run=result)
    return {lang: list(told(account, criteria, names, lang)) for lang in LANGUAGES}
