"""Sessions, out of the JSON doors."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field
from ronde_contracts.event import PartyKind, Slug, Words

from enrolment.states import SessionState
from enrolment.tables import Session


class SessionShown(BaseModel):
    """Counts only: who comes is nobody's business."""

    organiser: Slug
    session_id: UUID
    title: Words
    state: SessionState
    room_name: str | None
    starts_at: AwareDatetime = Field(description="of the room that is held; as planned, until there is one")
    ends_at: AwareDatetime
    places: int = Field(description="for children")
    taken: int = Field(description="places confirmed, or held by an offer")
    waiting: int = Field(description="families and childminders in the waiting list")
    from_months: int
    to_months: int
    audience: list[PartyKind]

    @classmethod
    def of(cls, session: Session) -> "SessionShown":
        return cls(
            **{name: getattr(session, name) for name in cls.model_fields if name not in ("starts_at", "ends_at")},
            starts_at=session.starts_at or session.planned_starts_at,
            ends_at=session.ends_at or session.planned_ends_at,
        )
