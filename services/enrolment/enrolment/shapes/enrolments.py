"""Enrolments, in and out of the JSON doors."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field
from ronde_contracts.event import Slug

from enrolment.queries import Seen
from enrolment.shapes.base import Body
from enrolment.states import EnrolmentState


class EnrolmentBody(Body):
    party_id: UUID
    child_ids: list[UUID] = Field(min_length=1, max_length=12, description="which of their children come")
    adults: int = Field(1, ge=0, le=12, description="how many adults come with them; each takes a place of an adult")
    agrees_to: str | None = Field(
        None, max_length=20, description="the version of the organiser's charter that they have read and accept"
    )


class EnrolmentShown(BaseModel):
    enrolment_id: UUID
    reference: str = Field(description="short, for people: I-7K2QX9")
    organiser: Slug
    session_id: UUID
    party_id: UUID
    children: int = Field(description="places taken or asked for")
    adults: int = Field(description="who come with them; places, where adults are counted")
    state: EnrolmentState
    position: int | None = Field(description="in the waiting list, 1 is first")
    joined_at: AwareDatetime
    deadline: AwareDatetime | None = Field(description="until when an offered place is held")

    @classmethod
    def of(cls, seen: Seen) -> "EnrolmentShown":
        one = seen.enrolment
        return cls(
            enrolment_id=one.id,
            reference=seen.reference,
            organiser=one.organiser,
            session_id=one.session_id,
            party_id=one.party_id,
            children=one.children,
            adults=one.adults,
            state=one.state,
            position=seen.position,
            joined_at=one.joined_at,
            deadline=one.deadline,
        )
