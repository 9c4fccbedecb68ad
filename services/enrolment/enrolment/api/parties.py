"""Families and childminders who phone: found, registered and changed by staff."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Once, Organisation
from ronde.web.schema import KEY, ONCE, refusals
from starlette.responses import JSONResponse, Response

from enrolment.doorkeys import TooManyCodes
from enrolment.doors import asker, entry_of
from enrolment.queries import people
from enrolment.refusals import GuardianUnknown, PartyUnknown
from enrolment.shapes.people import (
    ChildBody,
    ChildShown,
    GuardianBody,
    GuardianShown,
    PartyBody,
    PartyShown,
    SearchBody,
)
from enrolment.use_cases.add_child import AddChild, TooManyChildren, add_child
from enrolment.use_cases.add_guardian import AddGuardian, TooManyGuardians, add_guardian
from enrolment.use_cases.change_guardian import NobodyReached, change_guardian
from enrolment.use_cases.register_party import register_party
from enrolment.use_cases.remove_child import ChildEnrolled, RemoveChild, remove_child
from enrolment.use_cases.remove_guardian import LastGuardian, RemoveGuardian, remove_guardian

router = APIRouter(prefix="/parties", tags=["families"])


@router.post(
    "",
    summary="Register a family or a childminder",
    status_code=201,
    response_model=PartyShown,
    responses=refusals(*KEY, *ONCE),
)
async def post_party(body: PartyBody, organisation: Organisation, attempt: Once, request: Request) -> Response:
    async with service_of(request).db.transaction() as tx:

        async def action() -> Response:
            party = await register_party(tx, body.command(organisation))
            return JSONResponse(PartyShown.of(party).model_dump(mode="json"), 201)

        return await attempt.once(tx, organisation, action)


@router.post("/search", summary="Find who phones: a number, an address or a name", responses=refusals(*KEY))
async def search(body: SearchBody, _organisation: Organisation, request: Request) -> list[PartyShown]:
    """A POST, because what is in an address is written into logs on its way."""
    async with service_of(request).db.reading() as session:
        return [PartyShown.of(one) for one in await people.find_parties(session, body.asked)]


@router.get("/{id}", summary="One family or childminder", responses=refusals(*KEY, PartyUnknown))
async def show_party(id: UUID, _organisation: Organisation, request: Request) -> PartyShown:
    async with service_of(request).db.reading() as session:
        return PartyShown.of(await people.one_party(session, id))


@router.post(
    "/{id}/guardians",
    summary="Add a guardian; who has not agreed is asked by a code",
    status_code=201,
    responses=refusals(*KEY, PartyUnknown, TooManyGuardians, TooManyCodes),
)
async def post_guardian(id: UUID, body: GuardianBody, organisation: Organisation, request: Request) -> GuardianShown:
    async with service_of(request).db.transaction() as tx:
        cmd = AddGuardian(party_id=id, guardian=body.new(organisation), asked_by=asker(request))
        return GuardianShown.of(await add_guardian(tx, entry_of(request), cmd))


@router.put(
    "/guardians/{id}",
    summary="Change a guardian, addresses included, as they said on the telephone",
    responses=refusals(*KEY, GuardianUnknown, NobodyReached),
)
async def put_guardian(id: UUID, body: GuardianBody, organisation: Organisation, request: Request) -> GuardianShown:
    async with service_of(request).db.transaction() as tx:
        return GuardianShown.of(await change_guardian(tx, body.change(id, organisation)))


@router.delete(
    "/guardians/{id}",
    summary="Forget one guardian of a family that another speaks for",
    status_code=204,
    responses=refusals(*KEY, GuardianUnknown, LastGuardian),
)
async def delete_guardian(id: UUID, _organisation: Organisation, request: Request) -> None:
    async with service_of(request).db.transaction() as tx:
        await remove_guardian(tx, RemoveGuardian(guardian_id=id))


@router.post(
    "/{id}/children",
    summary="Add a child",
    status_code=201,
    responses=refusals(*KEY, PartyUnknown, TooManyChildren),
)
async def post_child(id: UUID, body: ChildBody, _organisation: Organisation, request: Request) -> ChildShown:
    async with service_of(request).db.transaction() as tx:
        return ChildShown.of(await add_child(tx, AddChild(party_id=id, child=body.new)))


@router.delete(
    "/{id}/children/{child_id}",
    summary="Remove a child who does not come any more",
    status_code=204,
    responses=refusals(*KEY, PartyUnknown, ChildEnrolled),
)
async def delete_child(id: UUID, child_id: UUID, _organisation: Organisation, request: Request) -> None:
    async with service_of(request).db.transaction() as tx:
        await remove_child(tx, RemoveChild(party_id=id, child_id=child_id))
