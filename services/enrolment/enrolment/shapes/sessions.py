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
    adult_places: int | None = Field(description="for adults; null: they are not counted")
    adults_taken: int = Field(description="adults who come with them, or may")
    waiting: int = Field(description="families and childminders in the waiting list")
    from_months: int
    to_months: int
    audience: list[PartyKind]
    families_of: list[Slug] = Field(description="members whose own families alone are invited; none: any family")
    opens_at: AwareDatetime | None = Field(description="from when one may enrol; null: at once")
    closes_at: AwareDatetime | None = Field(description="until when one may enrol; null: until it begins")
    series_id: UUID | None
    series_title: Words | None
    points: dict[str, int] | None = Field(
        description="what puts a family further forward in its waiting list, then arrival; null: arrival alone"
    )
    shared_with: list[Slug] = Field(description="members whose staff may do what its organiser's may")

    @classmethod
    def of(cls, session: Session) -> "SessionShown":
        return cls(
            **{name: getattr(session, name) for name in cls.model_fields if name not in ("starts_at", "ends_at")},
            starts_at=session.starts_at or session.planned_starts_at,
            ends_at=session.ends_at or session.planned_ends_at,
        )
