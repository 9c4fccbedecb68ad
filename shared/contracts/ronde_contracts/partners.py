"""What a partner's own system says: the relay plans, changes and cancels its sessions."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field, model_validator

from .event import Event, Lasting, PartyKind, Shape, Slug, Words


class Ages(Shape):
    """An age range in whole months, both ends included, at the date of the session."""

    from_months: int = Field(0, ge=0, le=240)
    to_months: int = Field(240, ge=0, le=240)


class _SessionPlan(Event, Lasting):
    session_id: UUID
    title: Words
    room: Slug | None = Field(None, description="the room wished for; none: any room that fits")
    people: int = Field(ge=1, le=1000, description="everybody in the room at once, adults and children")
    places: int = Field(ge=1, le=1000, description="places for children")
    ages: Ages = Ages()
    audience: tuple[PartyKind, ...] = Field(("family", "childminder"), min_length=1)

    @property
    def subject(self) -> str:
        return str(self.session_id)

    @model_validator(mode="after")
    def _french_is_there(self) -> "_SessionPlan":
        if "fr" not in self.title:
            raise ValueError("title must have fr")
        return self


class SessionPlanned(_SessionPlan):
    """A session was put in its organiser's programme; it asks for a room."""

    type: ClassVar[str] = "session.planned.v1"
    routing_key: ClassVar[str] = "*.session.planned.v1"


class SessionChanged(_SessionPlan):
    """A planned session has new facts: the whole plan again, with a higher `sequence`."""

    type: ClassVar[str] = "session.changed.v1"
    routing_key: ClassVar[str] = "*.session.changed.v1"


class SessionCancelled(Event):
    """A planned session will not take place."""

    type: ClassVar[str] = "session.cancelled.v1"
    routing_key: ClassVar[str] = "*.session.cancelled.v1"

    session_id: UUID
    reason: Words | None = None

    @property
    def subject(self) -> str:
        return str(self.session_id)
