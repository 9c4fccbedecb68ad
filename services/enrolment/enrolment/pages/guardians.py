"""Who speaks for a family, and how: one's own language and channel, and another guardian invited."""

from fastapi import APIRouter, Request
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web.language import language
from starlette.responses import RedirectResponse, Response

from enrolment import forms
from enrolment.doors import asker, entry_of
from enrolment.pages.common import SHOWN, private
from enrolment.pages.visit import Visiting, family_page
from enrolment.people import NewGuardian
from enrolment.use_cases.add_guardian import AddGuardian, add_guardian
from enrolment.use_cases.change_guardian import ChangeGuardian, change_guardian

router = APIRouter(prefix="/f/{token}/guardians")


@router.api_route("", methods=SHOWN)
async def show_guardians(token: str, request: Request) -> Response:
    return await family_page(request, "guardians.html", token)


@router.post("/me")
async def post_me(token: str, visitor: Visiting, request: Request) -> Response:
    typed = await _typed(request)
    try:
        me = forms.guardian(typed, language(request))
    except forms.Wrong as wrong:
        return await family_page(request, "guardians.html", token, typed, wrong.errors)
    cmd = ChangeGuardian(guardian_id=visitor.guardian_id, name=me.name, language=me.language, channel=me.channel)
    async with service_of(request).db.transaction() as tx:
        await change_guardian(tx, cmd)
    return private(RedirectResponse(f"/f/{token}/guardians", 303))


@router.post("")
async def post_guardian(token: str, visitor: Visiting, request: Request) -> Response:
    """They are told nothing before they have agreed, by the code that is sent to them."""
    typed = await _typed(request)
    try:
        theirs = {name.removeprefix("other_"): said for name, said in typed.items()}
        other = forms.guardian(theirs, language(request), where=True)
        new = NewGuardian(name=other.name, language=other.language, email=other.email, phone=other.phone)
        async with service_of(request).db.transaction() as tx:
            cmd = AddGuardian(party_id=visitor.party_id, guardian=new, asked_by=asker(request))
            await add_guardian(tx, entry_of(request), cmd)
    except forms.Wrong as wrong:
        errors = {f"other_{name}": said for name, said in wrong.errors.items()}
        return await family_page(request, "guardians.html", token, typed, errors)
    except Refused as refusal:
        return await family_page(request, "guardians.html", token, typed, refusal=refusal)
    return private(RedirectResponse(f"/f/{token}/guardians", 303))


async def _typed(request: Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).items()}
