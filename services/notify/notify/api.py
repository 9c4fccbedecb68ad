"""JSON for programs: what was sent, by ids. How to reach a family is never given back."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from ronde.service import service_of
from ronde.web import Organisation
from ronde_contracts.notify import Channel

from notify.purposes import Purpose
from notify.queries import messages as told_messages

router = APIRouter()
Status = Literal[
    "scheduled", "sending", "sent", "delivered", "undeliverable", "failed", "unknown", "withdrawn", "withheld"
]


class MessageOut(BaseModel):
    """A message, without its text or its recipient's address."""

    id: UUID
    purpose: Purpose
    channel: Channel
    status: Status
    problem: str | None = Field(description="why it is not sent: too-late, no-address, refused-by-provider, gave-up, …")
    attempts: int
    created_at: datetime
    due_at: datetime = Field(description="when it goes, or is looked at again")
    sent_at: datetime | None
    enrolment_id: UUID = Field(description="of a crèche: the application or the offer")
    reference: str
    party_id: UUID
    organiser: str | None
    session_id: UUID | None = Field(description="none: it is about a crèche")


@router.get("/messages")
async def messages(
    request: Request,
    organisation: Organisation,  # noqa: ARG001 - asked for, so that only the house reads
    enrolment_id: UUID | None = None,
    session_id: UUID | None = None,
    status: Status | None = None,
    before: Annotated[UUID | None, Query(description="the last id of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[MessageOut]:
    """Newest first."""
    async with service_of(request).db.reading() as session:
        found = await told_messages.messages(
            session, limit=limit, before=before, enrolment_id=enrolment_id, session_id=session_id, status=status
        )
    return [MessageOut.model_validate(asdict(told)) for told in found]
