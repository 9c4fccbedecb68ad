"""A person's own page: how they want to be written to. Whoever has its address from a message may change it.

GET shows, POST acts: mail programs and scanners follow every link that they see.
"""

from datetime import time
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from ronde.service import service_of
from ronde.web import render
from ronde.web.language import language
from ronde_contracts.notify import Channel
from starlette.responses import RedirectResponse

from notify.doors import terms_of
from notify.queries.people import Person, by_token
from notify.use_cases.change_preferences import (
    ChangePreferences,
    NobodyThere,
    change_preferences,
    stop_email,
)

router = APIRouter()
SHOWN = ["GET", "HEAD"]
HALF = {
    "fr": "Donnez le début et la fin, ou laissez les deux vides.",
    "en": "Give the beginning and the end, or leave both empty.",
}
NOT_A_TIME = {"fr": "Écrivez une heure, comme 21:00.", "en": "Write a time, like 21:00."}


@router.api_route("/preferences/{token}", methods=SHOWN)
async def show_preferences(token: str, request: Request, saved: bool = False) -> Response:
    return _page(request, await _person(request, token), saved=saved)


@router.post("/preferences/{token}")
async def post_preferences(
    token: str,
    request: Request,
    sms: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    channel: Annotated[str, Form()] = "",
    quiet_from: Annotated[str, Form()] = "",
    quiet_until: Annotated[str, Form()] = "",
    promotional: Annotated[str, Form()] = "",
) -> Response:
    """The whole form: what is not ticked is not wanted."""
    person = await _person(request, token)
    errors: dict[str, str] = {}
    quiet: dict[str, time | None] = {}
    for name, typed in (("quiet_from", quiet_from), ("quiet_until", quiet_until)):
        try:
            quiet[name] = time.fromisoformat(typed) if typed else None
        except ValueError:
            errors[name] = NOT_A_TIME[language(request)]
    begins, ends = quiet.get("quiet_from"), quiet.get("quiet_until")
    if not errors and (begins is None) != (ends is None):
        errors["quiet_from" if begins is None else "quiet_until"] = HALF[language(request)]
    if errors:
        return _page(request, person, errors=errors, status=422)
    ticked: dict[Channel, str] = {"sms": sms, "email": email}
    cmd = ChangePreferences(
        token=token,
        channel=next((one for one in ticked if one == channel), None),
        stopped=frozenset(one for one, tick in ticked.items() if not tick),
        quiet=(begins, ends) if begins is not None and ends is not None else None,
        promotional=bool(promotional),
    )
    async with service_of(request).db.transaction() as tx:
        await change_preferences(tx, terms_of(request), cmd)
    return _private(RedirectResponse(f"/preferences/{token}?saved=true", 303))


@router.api_route("/unsubscribe/{token}", methods=SHOWN)
async def show_unsubscribe(token: str, request: Request) -> Response:
    return _private(render(request, "unsubscribe.html", person=await _person(request, token), done=False))


@router.post("/unsubscribe/{token}")
async def post_unsubscribe(token: str, request: Request) -> Response:
    """RFC 8058: mail programs send this themselves, at one click. Again changes nothing."""
    async with service_of(request).db.transaction() as tx:
        await stop_email(tx, terms_of(request), token)
    return _private(render(request, "unsubscribe.html", person=await _person(request, token), done=True))


async def _person(request: Request, token: str) -> Person:
    async with service_of(request).db.reading() as session:
        found = await by_token(session, terms_of(request), token)
    if found is None:
        raise NobodyThere
    return found


def _page(
    request: Request,
    person: Person,
    *,
    saved: bool = False,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    terms = terms_of(request)
    page = render(
        request, "preferences.html", status=status, person=person, saved=saved, errors=errors or {}, day=terms.day
    )
    return _private(page)


def _private(page: Response) -> Response:
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    return page
