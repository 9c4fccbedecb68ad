"""The page of those whom a person has to tell, because no message could."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from ronde.service import service_of
from ronde.web import Staff, render
from starlette.responses import RedirectResponse

from notify.pages.words import PROBLEMS, PURPOSES, STATUSES
from notify.queries.tasks import tasks
from notify.use_cases.close_task import CloseTask, close_task

router = APIRouter()
WHAT_TO_DO = {
    "too-little-time": {
        "fr": "Appelez, ou prolongez la place dans les inscriptions : le message partira alors tout seul.",
        "en": "Call, or extend the place in the enrolments: the message then leaves by itself.",
    },
    "too-late": {
        "fr": "Il n'y a plus rien à annoncer ; excusez-vous si la famille appelle.",
        "en": "There is nothing left to tell; apologise if the family calls.",
    },
    "not-written": {
        "fr": "Appelez, et faites corriger le modèle du message.",
        "en": "Call, and have the message's template corrected.",
    },
}
CALL = {
    "fr": "Appelez, ou prévenez autrement. Le contact se corrige dans les inscriptions.",
    "en": "Call, or tell them otherwise. The contact is corrected in the enrolments.",
}
DONE = 20


@router.get("/tasks")
async def show_tasks(request: Request, staff: Staff) -> Response:  # noqa: ARG001
    """Open ones, what starts first on top; then the last that were done."""
    async with service_of(request).db.reading() as session:
        to_do, done = await tasks(session, done=False), await tasks(session, done=True, limit=DONE)
    return render(
        request,
        "tasks.html",
        to_do=to_do,
        done=done,
        purposes=PURPOSES,
        problems=PROBLEMS,
        other_problem=STATUSES["undeliverable"][1],
        what_to_do=WHAT_TO_DO,
        call=CALL,
    )


@router.post("/tasks/{task_id}/done")
async def post_done(task_id: UUID, request: Request, staff: Staff) -> Response:
    async with service_of(request).db.transaction() as tx:
        await close_task(tx, CloseTask(task_id=task_id, organisation=staff))
    return RedirectResponse("/tasks", 303)
