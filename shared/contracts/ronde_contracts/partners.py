"""What a partner's own system says: its sessions and who came to them, rooms it asks for, its crèche's absences."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from .event import Event, Lasting, PartyKind, Series, Shape, Slug, Words


class Ages(Shape):
    """An age range in whole months, both ends included, at the date of the session."""

    from_months: int = Field(0, ge=0, le=240)
    to_months: int = Field(240, ge=0, le=240, description="not below from_months")

    @model_validator(mode="after")
    def _from_the_younger(self) -> "Ages":
        if self.to_months < self.from_months:
            raise ValueError("to_months must not be below from_months")
        return self


class Points(Shape):
    """What puts a family further forward in a waiting list, among equals the first to arrive; each is published."""

    newcomer: int = Field(0, ge=0, le=1000, description="who came to none of your sessions in the last months")
    missed: int = Field(
        0, ge=0, le=1000, description="for each earlier session of the series (without one: of yours) they waited for "
        "and no place came"
    )  # fmt: skip
    no_show: int = Field(0, ge=-1000, le=0, description="for each time they had a place and did not come")


class _SessionPlan(Event, Lasting):
    subject_from: ClassVar[tuple[str, ...]] = ("session_id",)

    session_id: UUID = Field(description="yours: the same in every message about this session, compared without case")
    title: Words
    room: Slug | None = Field(None, description="its id in GET /rooms of booking; none: any room that fits")
    people: int = Field(ge=1, le=1000, description="all in the room at once, adults and children: it must hold them")
    places: int = Field(ge=1, le=1000, description="children's places that families can take, whatever people says")
    ages: Ages = Ages()
    audience: tuple[PartyKind, ...] = Field(
        ("family", "childminder"), min_length=1, description="who may enrol; everybody when absent"
    )
    families_of: tuple[Slug, ...] = Field(
        (), description="members whose own families alone are invited, such as a crèche's; none: any family"
    )
    adult_places: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="adults' places, counted apart and taken with the children's; none: not counted",
    )
    enrolments_open_at: AwareDatetime | None = Field(None, description="none: as soon as there is a room")
    enrolments_close_at: AwareDatetime | None = Field(
        None, description="none: as the house closes them, in working time; never after the session starts"
    )
    series: Series | None = Field(None, description="the sessions with which it belongs together")
    shared_with: tuple[Slug, ...] = Field(
        (), description="members whose staff see its list and enrol by telephone, as yours do"
    )
    points: Points | None = Field(None, description="how its waiting list is ordered; none: by arrival alone")


class SessionPlanned(_SessionPlan):
    """A session was put in its organiser's programme; it asks for a room. Said again, it is a change."""

    type: ClassVar[str] = "session.planned.v1"
    routing_key: ClassVar[str] = "*.session.planned.v1"


class SessionChanged(_SessionPlan):
    """A planned session has new facts, or a cancelled one is back: the whole plan again, with a higher `sequence`."""

    type: ClassVar[str] = "session.changed.v1"
    routing_key: ClassVar[str] = "*.session.changed.v1"


class SessionCancelled(Event):
    """A planned session will not take place."""

    type: ClassVar[str] = "session.cancelled.v1"
    routing_key: ClassVar[str] = "*.session.cancelled.v1"
    subject_from: ClassVar[tuple[str, ...]] = ("session_id",)

    session_id: UUID = Field(description="yours: the one of session.planned.v1")
    reason: Words | None = None


class Presence(Shape):
    """How many came of one enrolment; 0 and 0: nobody did."""

    enrolment_id: UUID = Field(description="of enrolment.confirmed.v1")
    children: int = Field(ge=0, le=12)
    adults: int = Field(0, ge=0, le=12)


class AttendanceRecorded(Event):
    """Who came to a session, in numbers: the whole list, again when it is corrected. Who is not in it did not come."""

    type: ClassVar[str] = "attendance.recorded.v1"
    routing_key: ClassVar[str] = "*.attendance.recorded.v1"
    # Not the session_id alone: a plan and who came change independently, and versions are counted per subject.
    subject_from: ClassVar[tuple[str, ...]] = ("session_id", "about")

    session_id: UUID = Field(description="yours: the one of session.planned.v1")
    about: Literal["attendance"]
    present: tuple[Presence, ...] = Field((), max_length=1000, description="no names")


class RoomRequested(Event, Lasting):
    """A room is asked for without a session: for a meeting, say. Said again with a higher `sequence`, it is moved."""

    type: ClassVar[str] = "room.requested.v1"
    routing_key: ClassVar[str] = "*.room.requested.v1"
    subject_from: ClassVar[tuple[str, ...]] = ("request_id",)

    request_id: UUID = Field(description="yours: the same in every message about this request, and in the answers")
    title: Words | None = Field(None, description="what it is for, for everybody to read")
    room: Slug | None = Field(None, description="the room wished for; none: any room that fits")
    people: int = Field(ge=1, le=1000, description="everybody in the room at once, adults and children")
    for_family: bool = Field(
        False, description="for a family, who is not named: its hours are nobody's; what was said first holds"
    )


class RoomReleased(Event):
    """A room that was asked for is not needed any more."""

    type: ClassVar[str] = "room.released.v1"
    routing_key: ClassVar[str] = "*.room.released.v1"
    subject_from: ClassVar[tuple[str, ...]] = ("request_id",)

    request_id: UUID = Field(description="yours: the one of room.requested.v1")


class ErasureAcknowledged(Event):
    """Nothing that names this family is left with whoever says it: a service of the house, or a partner."""

    type: ClassVar[str] = "erasure.acknowledged.v1"
    routing_key: ClassVar[str] = "*.erasure.acknowledged.v1"
    subject_from: ClassVar[tuple[str, ...]] = ("party_id",)

    party_id: UUID = Field(description="the one of family.erased.v1")


class AbsenceDeclared(Event):
    """A child who has a contract does not come to your crèche. Said again with a higher `sequence`, it is changed."""

    type: ClassVar[str] = "absence.declared.v1"
    routing_key: ClassVar[str] = "*.absence.declared.v1"
    subject_from: ClassVar[tuple[str, ...]] = ("absence_id",)

    absence_id: UUID = Field(description="yours")
    creche: Slug
    child_id: UUID = Field(description="yours: the one under which the child was written down at enrolment")
    starts_on: date
    ends_on: date = Field(description="the last day of absence, not before starts_on")
    hours: str | None = Field(
        None, pattern=r"^[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d$", description="local, as 08:00-12:00; none: all day"
    )

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "AbsenceDeclared":
        if self.ends_on < self.starts_on:
            raise ValueError("ends_on must not be before starts_on")
        return self


class AbsenceWithdrawn(Event):
    """The child comes after all: what was declared does not hold."""

    type: ClassVar[str] = "absence.withdrawn.v1"
    routing_key: ClassVar[str] = "*.absence.withdrawn.v1"
    subject_from: ClassVar[tuple[str, ...]] = ("absence_id",)

    absence_id: UUID = Field(description="yours: the one of absence.declared.v1")
