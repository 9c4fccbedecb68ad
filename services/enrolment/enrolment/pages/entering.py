"""Come in without an account: an address or a number, a code that comes back from there, and who one is.

The link in the message does what typing the code does, and only when its button is pressed.
"""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import render
from ronde.web.language import language
from starlette.responses import RedirectResponse, Response

from enrolment import forms
from enrolment.doors import asker, entry_of
from enrolment.pages.common import PLACE, SHOWN, private
from enrolment.use_cases.ask_code import AskCode, ask_code
from enrolment.use_cases.confirm_code import CodeWrong, ConfirmCode, Confirmed, confirm_code
from enrolment.use_cases.register_self import register_self

router = APIRouter()
SESSION = re.compile(r"[a-z0-9-]{1,40}/[0-9a-f-]{36}")
To = Annotated[str, Query(max_length=80)]
Typed = Annotated[str, Form(max_length=200)]


@router.api_route("/enter", methods=SHOWN)
async def show_enter(request: Request, to: To = "") -> Response:
    """`to`: the session that they want to enrol in, as `organiser/session_id`; or PLACE."""
    return render(request, "enter.html", to=to, where="", errors={}, refusal=None)


@router.post("/enter")
async def post_enter(request: Request, where: Typed = "", to: Typed = "") -> Response:
    try:
        cmd = AskCode(to=forms.address(where, language(request)), language=language(request), asked_by=asker(request))
        async with service_of(request).db.transaction() as tx:
            code = await ask_code(tx, entry_of(request), cmd)
    except forms.Wrong as wrong:
        return render(request, "enter.html", status=422, to=to, where=where, errors=wrong.errors, refusal=None)
    except Refused as refused:
        return render(request, "enter.html", status=refused.status, to=to, where=where, errors={}, refusal=refused)
    return private(
        RedirectResponse(
            f"/enter/{code.id}?by={code.channel}&to={to if to == PLACE or SESSION.fullmatch(to) else ''}", 303
        )
    )


@router.api_route("/enter/{code_id}", methods=SHOWN)
async def show_code(code_id: UUID, request: Request, by: str = "sms", to: To = "") -> Response:
    return _type_code(request, code_id, by, to)


@router.post("/enter/{code_id}")
async def post_code(code_id: UUID, request: Request, typed: Typed = "", by: Typed = "sms", to: Typed = "") -> Response:
    cmd = ConfirmCode(code_id=code_id, typed=re.sub(r"\s", "", typed))
    async with service_of(request).db.transaction() as tx:
        confirmed = await confirm_code(tx, entry_of(request), cmd)
    if confirmed is None:  # after the commit: the attempt counts
        return _type_code(request, code_id, by, to, CodeWrong())
    return _inside(request, confirmed, to)


@router.api_route("/c/{token}", methods=SHOWN)
async def show_link(token: str, request: Request) -> Response:
    """Whoever follows all links has only seen a button."""
    return private(render(request, "code-link.html", token=token, refusal=None))


@router.post("/c/{token}")
async def post_link(token: str, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:
        confirmed = await confirm_code(tx, entry_of(request), ConfirmCode(token=token))
    if confirmed is None:
        return private(render(request, "code-link.html", status=409, token=token, refusal=CodeWrong()))
    return _inside(request, confirmed, "")


@router.post("/register")
async def post_register(request: Request) -> Response:
    typed = {name: str(value) for name, value in (await request.form()).items()}
    to = typed.get("to", "")
    try:
        # whoever asks for a place may be expecting their first child
        body = forms.register(typed, language(request), children_needed=to != PLACE)
        async with service_of(request).db.transaction() as tx:
            done = await register_self(tx, entry_of(request), body.command)
    except forms.Wrong as wrong:
        return _register(request, typed, wrong.errors, status=422)
    except Refused as refused:
        return _register(request, typed, {}, status=refused.status, refusal=refused)
    return private(RedirectResponse(_first_page(done.token, to), 303))


def _inside(request: Request, confirmed: Confirmed, to: str) -> Response:
    """Straight to their page; a choice when one address opens several; who they are when it opens none."""
    if len(confirmed.ways) == 1:
        return private(RedirectResponse(_first_page(confirmed.ways[0].token, to), 303))
    if not confirmed.ways:
        return _register(request, {"proof": confirmed.proof or "", "to": to}, {})
    ways = [(way, _first_page(way.token, to)) for way in confirmed.ways]
    return private(render(request, "ways.html", ways=ways))


def _first_page(token: str, to: str) -> str:
    if to == PLACE:
        return f"/f/{token}/places"
    return f"/f/{token}/enrol/{to}" if SESSION.fullmatch(to) else f"/f/{token}"


def _type_code(request: Request, code_id: UUID, by: str, to: str, refusal: Refused | None = None) -> Response:
    status = refusal.status if refusal else 200
    return private(render(request, "code.html", status=status, code_id=code_id, by=by, to=to, refusal=refusal))


def _register(
    request: Request,
    typed: dict[str, str],
    errors: dict[str, str],
    *,
    status: int = 200,
    refusal: Refused | None = None,
) -> Response:
    page = render(
        request, "register.html", status=status, typed=typed, errors=errors, refusal=refusal, rows=forms.CHILDREN
    )
    return private(page)
