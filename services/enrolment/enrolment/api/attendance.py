"""Who is expected in a session, and who came."""

from uuid import UUID

from fastapi import APIRouter, Request
from ronde.service import service_of
from ronde.web import Organisation
from ronde.web.schema import KEY, refusals
from ronde_contracts.event import Slug

from enrolment import queries
from enrolment.doors import terms_of
from enrolment.line import theirs
from enrolment.queries.attendance import expected
from enrolment.refusals import NotTheirSession, SessionUnknown
from enrolment.shapes.attendance import AttendanceBody, ExpectedShown
from enrolment.use_cases.record_attendance import (
    Came,
    NotEnrolledHere,
    NotTimeToCount,
    RecordAttendance,
    record_attendance,
)

router = APIRouter(prefix="/sessions/{organiser}/{session_id}/attendance", tags=["attendance"])


@router.get("", summary="Who is expected, and who came", responses=refusals(*KEY, SessionUnknown, NotTheirSession))
async def show_attendance(
    organiser: Slug, session_id: UUID, organisation: Organisation, request: Request
) -> list[ExpectedShown]:
    async with service_of(request).db.reading() as session:
        found = await queries.one_session(session, organiser, session_id)
        theirs(found, organisation)
        return [ExpectedShown.of(one) for one in await expected(session, found, terms_of(request))]


@router.post(
    "",
    summary="Count who came, some or all; said again, the later counts",
    responses=refusals(*KEY, SessionUnknown, NotTheirSession, NotTimeToCount, NotEnrolledHere),
)
async def post_attendance(
    organiser: Slug, session_id: UUID, body: AttendanceBody, organisation: Organisation, request: Request
) -> list[ExpectedShown]:
    cmd = RecordAttendance(
        organiser=organiser,
        session_id=session_id,
        by=organisation,
        present={one.enrolment_id: Came(one.children, one.adults) for one in body.present},
    )
    async with service_of(request).db.transaction() as tx:
        session = await record_attendance(tx, cmd)
        return [ExpectedShown.of(one) for one in await expected(tx.session, session, terms_of(request))]
