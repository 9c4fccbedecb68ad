"""Coming in without an account: ask for a code, confirm it, register."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web.schema import refusals

from enrolment.doorkeys import TooManyCodes
from enrolment.doors import asker, entry_of
from enrolment.shapes.entry import AskCodeBody, CodeShown, ConfirmedShown, RegisterBody, TypedBody, WayInShown
from enrolment.use_cases.ask_code import AskCode, ask_code
from enrolment.use_cases.confirm_code import CodeWrong, ConfirmCode, WayIn, confirm_code
from enrolment.use_cases.register_self import ProofOver, register_self

router = APIRouter(tags=["families"])


@router.post(
    "/codes",
    summary="Have a code sent to an address, to register or to see one's family page",
    status_code=202,
    responses=refusals(TooManyCodes),
)
async def post_code(body: AskCodeBody, request: Request) -> CodeShown:
    async with service_of(request).db.transaction() as tx:
        cmd = AskCode(to=body.to, language=body.language, asked_by=asker(request))
        return CodeShown.of(await ask_code(tx, entry_of(request), cmd))


@router.post("/codes/{id}/confirm", summary="Confirm the address", responses=refusals(CodeWrong))
async def post_confirm(id: UUID, body: TypedBody, request: Request) -> ConfirmedShown:
    async with service_of(request).db.transaction() as tx:
        confirmed = await confirm_code(tx, entry_of(request), ConfirmCode(code_id=id, typed=body.typed))
    if confirmed is None:  # after the commit: the attempt counts
        raise CodeWrong
    return ConfirmedShown.of(confirmed)


@router.post(
    "/families",
    summary="Register oneself with a confirmed address; again, one is registered once",
    status_code=201,
    responses=refusals(ProofOver),
)
async def post_family(body: RegisterBody, request: Request) -> WayInShown:
    async with service_of(request).db.transaction() as tx:
        done = await register_self(tx, entry_of(request), body.command)
        return WayInShown.of(WayIn(party=done.party, guardian=done.guardian, token=done.token))
