"""A commission: what everybody may read of it, and for its teams the proposal, the decision, and the week with it."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Staff, render
from ronde.web.language import language
from ronde_contracts.event import Slug
from starlette.responses import RedirectResponse, Response

from enrolment.creche.committee import Account
from enrolment.creche.committee_words import RULE, told, why_not
from enrolment.creche.criteria import Criteria
from enrolment.creche.criteria_seal import digest
from enrolment.creche.mix import compared
from enrolment.creche.occupation import monday_of
from enrolment.creche.words import spoken
from enrolment.doors import terms_of
from enrolment.nursery.applying import ApplicationUnknown
from enrolment.nursery.commissions import commission, open_now, their_commission, today
from enrolment.nursery.committee import NotProposed, latest, ledger_of
from enrolment.nursery.demands import child_id
from enrolment.pages.common import SHOWN, private
from enrolment.queries.committee import InRun, before_and_after, line, runs
from enrolment.tables import CrecheRun
from enrolment.use_cases.decide_places import DecidePlaces, decide_places
from enrolment.use_cases.depart_from_proposal import DepartFromProposal, depart_from_proposal
from enrolment.use_cases.propose_places import CountedByPattern, ProposePlaces, propose_places

router = APIRouter(prefix="/places/{id}")
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2100, 1, 1))]
OTHER_AGES = {"fr": "d'un autre âge", "en": "of another age"}
LONGEST = 200
"""Characters of a draw, at most."""
AT_ONCE = 50
"""Applications on one page."""
Start = Annotated[int, Query(alias="from", ge=1, le=100_000)]


@router.api_route("", methods=SHOWN)
async def show_commission(id: Slug, request: Request) -> Response:
    """For everybody: its criteria, its calendar, how it decides, and figures in which nobody can be found again."""
    terms = terms_of(request)
    criteria = commission(terms, id)
    async with service_of(request).db.reading() as session:
        run = await latest(session, id)
    return render(
        request, "commission.html", criteria=criteria, seal=digest(criteria), open=criteria in open_now(terms),
        closed=today(terms) > criteria.closes,
        run=run if run and run.decided_at else None, rule=RULE[criteria.counted_by],
        groups={one.id: one.name for one in criteria.groups}, names=_names(request),
    )  # fmt: skip


@router.api_route("/committee", methods=SHOWN)
async def show_committee(id: Slug, staff: Staff, request: Request, start: Start = 1) -> Response:
    return await _committee(request, id, staff, start=start)


@router.post("/committee/run")
async def post_run(id: Slug, staff: Staff, request: Request) -> Response:
    seed = str((await request.form()).get("seed", "")).strip()[:LONGEST]
    if not seed:
        said = {"fr": "Écrivez le nombre qui a été tiré.", "en": "Type the number that was drawn."}
        return await _committee(request, id, staff, errors={"seed": said[language(request)]})
    try:
        async with service_of(request).db.transaction() as tx:
            await propose_places(tx, terms_of(request), ProposePlaces(commission=id, seed=seed, by=staff))
    except Refused as refusal:
        return await _committee(request, id, staff, refusal=refusal)
    return private(RedirectResponse(f"/places/{id}/committee", 303))


@router.api_route("/committee/decide", methods=SHOWN)
async def ask_decide(id: Slug, staff: Staff, request: Request) -> Response:
    """What cannot be undone asks once."""
    criteria = their_commission(terms_of(request), id, staff)
    async with service_of(request).db.reading() as session:
        run = await latest(session, id)
        rows = await line(session, run) if run else []
    if run is None or run.decided_at:
        return await _committee(request, id, staff)
    admitted = [one for one in rows if one.decision.decided is not None and one.application.state == "kept"]
    return private(render(request, "committee-ask.html", criteria=criteria, admitted=len(admitted), all=len(rows)))


@router.post("/committee/decide")
async def post_decide(id: Slug, staff: Staff, request: Request) -> Response:
    try:
        async with service_of(request).db.transaction() as tx:
            await decide_places(tx, terms_of(request), DecidePlaces(commission=id, by=staff))
    except Refused as refusal:
        return await _committee(request, id, staff, refusal=refusal)
    return private(RedirectResponse(f"/places/{id}/committee", 303))


@router.api_route("/committee/week", methods=SHOWN)
async def show_week(id: Slug, staff: Staff, request: Request, day: Day = None) -> Response:
    """The crèche's week before and after: who is there of each age group, by the quarter-hour."""
    terms = terms_of(request)
    criteria = their_commission(terms, id, staff)
    monday = monday_of(day or criteria.ages_on + timedelta(days=6))

    def at(day: date, quarter: int) -> datetime:
        return datetime.combine(day, time(quarter // 4, quarter % 4 * 15), terms.timezone)

    async with service_of(request).db.reading() as session:
        run = await latest(session, id)
        rows = await line(session, run) if run else []
        weeks = [
            (one, compared(one, *await before_and_after(session, one, rows, monday, today(terms)), criteria, monday))
            for one in terms.creches
        ]
    page = render(
        request, "committee-week.html", criteria=criteria, weeks=weeks, monday=monday, at=at,
        groups=[*(one.name for one in criteria.groups), OTHER_AGES],
        before=monday - timedelta(days=7), after=monday + timedelta(days=7),
    )  # fmt: skip
    return private(page)


@router.api_route("/committee/{application}", methods=SHOWN)
async def show_one(id: Slug, application: UUID, staff: Staff, request: Request) -> Response:
    return await _one(request, id, application, staff, {})


@router.post("/committee/{application}")
async def post_departure(id: Slug, application: UUID, staff: Staff, request: Request) -> Response:
    typed = {name: str(value) for name, value in (await request.form()).items()}
    to = typed.get("to", "")
    cmd = DepartFromProposal(
        commission=id, application_id=application, to=int(to) if to.isdecimal() else None,
        reason=typed.get("reason", "")[:400], by=staff,
    )  # fmt: skip
    try:
        async with service_of(request).db.transaction() as tx:
            await depart_from_proposal(tx, terms_of(request), cmd)
    except Refused as refusal:
        return await _one(request, id, application, staff, typed, refusal)
    return private(RedirectResponse(f"/places/{id}/committee#a-{application}", 303))


async def _committee(
    request: Request,
    id: str,
    staff: str,
    *,
    refusal: Refused | None = None,
    errors: Mapping[str, str] | None = None,
    start: int = 1,
) -> Response:
    terms = terms_of(request)
    criteria = their_commission(terms, id, staff)
    async with service_of(request).db.reading() as session:
        several = await runs(session, id)
        run = await latest(session, id)
        rows = await line(session, run) if run else []
    page = render(
        request, "committee.html", status=refusal.status if refusal else 422 if errors else 200, criteria=criteria,
        run=run, runs=several, refusal=refusal, errors=errors or {}, drawn=today(terms) >= criteria.drawn,
        rows=[_row(request, criteria, one) for one in rows[start - 1 : start - 1 + AT_ONCE]],
        why=_why(request, criteria, run, rows), start=start, at_once=AT_ONCE, all=len(rows),
        spoken=spoken, not_here=CountedByPattern() if criteria.counted_by == "pattern" else None,
    )  # fmt: skip
    return private(page)


async def _one(
    request: Request, id: str, application: UUID, staff: str, typed: Mapping[str, str], refusal: Refused | None = None
) -> Response:
    terms = terms_of(request)
    criteria = their_commission(terms, id, staff)
    async with service_of(request).db.reading() as session:
        run = await latest(session, id)
        rows = await line(session, run) if run else []
    found = next((one for one in rows if one.application.id == application), None)
    if run is None or found is None:
        raise ApplicationUnknown
    accounts = _accounts(criteria, run, rows)
    said = found.decision.account.get(language(request), [])
    if account := accounts.get(application):
        said = list(told(account, criteria, _names(request), language(request)))
    page = render(
        request, "committee-one.html", status=refusal.status if refusal else 200, criteria=criteria, run=run,
        refusal=refusal, typed=typed, said=said, references={one.application.id: one for one in rows},
        spoken=spoken, **_row(request, criteria, found),
    )  # fmt: skip
    return private(page)


def _row(request: Request, criteria: Criteria, one: InRun) -> dict[str, Any]:
    names = _names(request)
    group = criteria.group_of(one.application.born)
    return {
        "decision": one.decision,
        "one": one.application,
        "offers": one.offers,
        "group": next((known.name for known in criteria.groups if known.id == group), None),
        "wishes": [
            (names.get(wish["creche"], {"fr": wish["creche"]}), spoken(wish["week"], language(request)))
            for wish in one.application.wishes
        ],
    }


def _accounts(criteria: Criteria, run: CrecheRun, rows: list[InRun]) -> dict[UUID, Account]:
    """Before it is decided, made again from what it was computed from; after, families have their own."""
    if run.given is None:
        return {}
    try:
        ledger = ledger_of(criteria, run)
    except NotProposed:  # published anew since: to be run again
        return {}
    of_child = {child.id: one.id for one in ledger.by_id.values() for child in one.children}
    return {one.application.id: ledger.account(of_child[child_id(one.application)]) for one in rows}


def _why(request: Request, criteria: Criteria, run: CrecheRun | None, rows: list[InRun]) -> dict[UUID, str]:
    """Why the dearest wish was not met, of those of whom it was not."""
    accounts = _accounts(criteria, run, rows) if run else {}
    return {
        id: why_not(account.wishes[0], language(request))
        for id, account in accounts.items()
        if account.wishes[0].outcome == "refused"
    }


def _names(request: Request) -> dict[str, dict[str, str]]:
    return {one.id: one.name for one in terms_of(request).creches}
