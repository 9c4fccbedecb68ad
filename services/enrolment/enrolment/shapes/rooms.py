"""Booking's answer about a session's room, and the organiser's pick."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field
from ronde_contracts.event import Slot, Slug, Words

from enrolment.shapes.base import Body
from enrolment.tables import Reservation


class RoomAnswer(BaseModel):
    """Why the session has no room, or not the one it asked for last, and what was free."""

    reservation_id: UUID
    refusal: int = Field(description="say it with your choice: a newer answer is not taken for this one")
    reason: Words
    alternatives: list[Slot] = Field(description="free when it was refused, held for nobody")
    chosen: Slot | None = Field(description="picked, and not answered yet")

    @classmethod
    def of(cls, refused: Reservation) -> "RoomAnswer":
        return cls(
            reservation_id=refused.id,
            refusal=refused.version,
            reason=refused.reason or {},
            alternatives=[Slot.model_validate(one) for one in refused.alternatives],
            chosen=Slot.model_validate(refused.chosen) if refused.chosen else None,
        )


class ChoiceBody(Body):
    reservation_id: UUID
    refusal: int
    room: Slug
    starts_at: AwareDatetime
