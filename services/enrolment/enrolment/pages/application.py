"""An application for a crèche place: shown by GET, changed by POST only.

It has two addresses for its family, the link in the messages about it and the family's page while a visit lasts, and
one for the teams that its commission names.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from fastapi import Request
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import render
from ronde.web.language import language
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from enrolment import place_forms
from enrolment.creche.criteria import Criteria
from enrolment.creche.words import DAYS, spoken
from enrolment.doors import terms_of
from enrolment.forms import Wrong
from enrolment.nursery.commissions import commission, today
from enrolment.pages.common import private
from enrolment.people import SELF
from enrolment.queries import applications, places
from enrolment.queries.applications import Followed
from enrolment.states import LIVING
from enrolment.tables import CrecheApplication
from enrolment.use_cases.accept_place import AcceptPlace, accept_place
from enrolment.use_cases.change_application import ChangeApplication, change_application
from enrolment.use_cases.decline_place import DeclinePlace, decline_place
from enrolment.use_cases.renew_application import RenewApplication, renew_application
from enrolment.use_cases.tell_birth import BirthIncomplete, TellBirth, tell_birth
from enrolment.use_cases.withdraw_application import WithdrawApplication, withdraw_application

Action = Literal["renew", "withdraw", "accept", "decline"]
Asked = Literal["withdraw", "decline"]
"""What cannot be undone asks once."""


@dataclass(frozen=True, kw_only=True)
class OwnApplication:
    """An address: its path, how the application is found there, the way back, and who acts: the family, or a team."""

    path: str
    find: Callable[[AsyncSession], Awaitable[Followed | None]]
    back: str | None = None
    by: str = SELF


def facts(request: Request, application: CrecheApplication) -> dict[str, Any]:
    """What a page about an application says: of the commission, and what may still be done."""
    terms = terms_of(request)
    criteria = commission(terms, application.commission)
    names = {creche.id: creche.name for creche in terms.creches}
    return {
        "one": application,
        "criteria": criteria,
        "wishes": [
            (names.get(wish["creche"], {"fr": wish["creche"]}), spoken(wish["week"], language(request)), wish)
            for wish in application.wishes
        ],
        "changes": application.state == "kept" and criteria.takes(today(terms)),
        "renews": application.state in ("kept", "waiting") and application.renew_by is not None,
        "lapses_soon": _lapses_soon(criteria, application, today(terms)),
        "withdraws": application.state in LIVING,
        **_proofs(criteria, application),
    }


async def show(request: Request, own: OwnApplication, refusal: Refused | None = None) -> Response:
    """404 for a link that nobody was given, 410 for one that is over. A refusal is told with how things stand."""
    async with service_of(request).db.reading() as session:
        found = await own.find(session)
        place = await places.of_application(session, found.application) if found else None
    if found is None or found.ended:
        return private(render(request, "no-page.html", status=410 if found else 404, ended=found is not None))
    known = facts(request, found.application)
    names = {creche.id: creche.name for creche in terms_of(request).creches}
    page = render(
        request, "application.html", status=refusal.status if refusal else 200, own=own, refusal=refusal, place=place,
        creche_names=names, spoken=spoken, **known,
    )  # fmt: skip
    return private(page)


async def ask(request: Request, own: OwnApplication, action: Asked) -> Response:
    async with service_of(request).db.reading() as session:
        found = await own.find(session)
    states = LIVING if action == "withdraw" else ("offered",)
    if found is None or found.ended or found.application.state not in states:
        return await show(request, own)
    return private(render(request, "application-ask.html", own=own, one=found.application, action=action))


async def act(request: Request, own: OwnApplication, action: Action) -> Response:
    async with service_of(request).db.reading() as session:
        found = await own.find(session)
        offer = await places.live_offer(session, found.application.id) if found else None
    if found is None or found.ended or (offer is None and action in ("accept", "decline")):
        return await show(request, own)
    terms, id, by = terms_of(request), found.application.id, None if own.by == SELF else own.by
    try:
        async with service_of(request).db.transaction() as tx:
            if action == "accept" and offer:
                await accept_place(tx, terms, AcceptPlace(offer_id=offer.id, by=by))
            elif action == "decline" and offer:
                await decline_place(tx, terms, DeclinePlace(offer_id=offer.id, by=by))
            elif action == "renew":
                await renew_application(tx, terms, RenewApplication(id=id, by=own.by))
            else:
                await withdraw_application(tx, terms, WithdrawApplication(id=id, by=own.by))
    except Refused as refusal:
        return await show(request, own, refusal)
    return private(RedirectResponse(own.path, 303))


async def note_birth(request: Request, own: OwnApplication) -> Response:
    typed = {name: str(value) for name, value in (await request.form()).items()}
    async with service_of(request).db.reading() as session:
        found = await own.find(session)
    if found is None or found.ended:
        return await show(request, own)
    try:
        name, born_on = place_forms.birth(typed)
        cmd = TellBirth(id=found.application.id, first_name=name, born_on=born_on, by=own.by)
        async with service_of(request).db.transaction() as tx:
            await tell_birth(tx, terms_of(request), cmd)
    except ValueError:
        return await show(request, own, BirthIncomplete())
    except Refused as refusal:
        return await show(request, own, refusal)
    return private(RedirectResponse(own.path, 303))


async def change(request: Request, own: OwnApplication) -> Response:
    """GET: the form with what is asked for; POST: the change, or the form with what is wrong."""
    async with service_of(request).db.reading() as session:
        found = await own.find(session)
        others = await applications.of_family(session, found.application.party_id) if found else []
    if found is None or found.ended:
        return await show(request, own)
    terms, one = terms_of(request), found.application
    criteria = commission(terms, one.commission)
    typed, errors, refused = place_forms.typed_of(one), {}, None
    typed["together_with"] = next((str(o.id) for o in others if _beside(o, one)), "")
    if request.method == "POST":
        typed = {name: str(value) for name, value in (await request.form()).items()}
        try:
            asked = place_forms.asked(typed, language(request), criteria)
            async with service_of(request).db.transaction() as tx:
                await change_application(tx, terms, ChangeApplication(id=one.id, asked=asked, by=own.by))
            return private(RedirectResponse(own.path, 303))
        except Wrong as wrong:
            errors = wrong.errors
        except Refused as refusal:
            refused = refusal
    together = [other for other in others if other.id != one.id]
    return form(request, own.path + "/change", own.path, criteria, together, typed, errors, refused)


def form(
    request: Request,
    action: str,
    back: str,
    criteria: Criteria,
    others: list[CrecheApplication],
    typed: dict[str, str],
    errors: dict[str, str],
    refusal: Refused | None,
) -> Response:
    """`others`: the family's other applications, which this one may be asked together with."""
    terms = terms_of(request)
    page = render(
        request,
        "application-form.html",
        status=refusal.status if refusal else 422 if errors else 200,
        action=action,
        back=back,
        criteria=criteria,
        creches=terms.creches,
        days=[(d, DAYS[language(request)][d]) for d in range(7) if any(one.opening.on(d) for one in terms.creches)],
        others=[one for one in others if one.commission == criteria.commission and one.state == "kept"],
        typed=typed,
        errors=errors,
        refusal=refusal,
    )
    return private(page)


def _lapses_soon(criteria: Criteria, application: CrecheApplication, today: date) -> bool:
    """Whether the family has been reminded to renew it, or is now."""
    renew, last = criteria.applications.renew, application.renew_by
    return renew is not None and last is not None and last - timedelta(days=renew.remind_days) <= today


def _beside(other: CrecheApplication, one: CrecheApplication) -> bool:
    return other.id != one.id and one.with_siblings is not None and other.with_siblings == one.with_siblings


def _proofs(criteria: Criteria, application: CrecheApplication) -> dict[str, Any]:
    """What gives points already, and what is still to be shown."""
    by_id = {one.id: one for one in criteria.criteria}
    return {
        "seen": [(criteria.label(one.criterion), one) for one in application.answers if one.points is not None],
        "to_show": [
            by_id[one.criterion]
            for one in application.answers
            if one.points is None and one.claimed and one.criterion in by_id
        ],
    }
