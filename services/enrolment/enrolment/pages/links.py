"""A family's own enrolment, behind the link in the message about it."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from enrolment import queries
from enrolment.pages import own
from enrolment.pages.common import SHOWN

router = APIRouter(prefix="/e/{token}")


def _own(token: str) -> own.Own:
    return own.Own(path=f"/e/{token}", find=lambda session: queries.by_link(session, token))


@router.api_route("", methods=SHOWN)
async def show_enrolment(token: str, request: Request) -> Response:
    return await own.show(request, _own(token))


@router.api_route("/withdraw", methods=SHOWN)
async def ask_withdraw(token: str, request: Request) -> Response:
    return await own.ask(request, _own(token), "withdraw")


@router.api_route("/decline", methods=SHOWN)
async def ask_decline(token: str, request: Request) -> Response:
    return await own.ask(request, _own(token), "decline")


@router.post("/{action}")
async def post_action(token: str, action: own.Action, request: Request) -> Response:
    return await own.act(request, _own(token), action)
