"""What enrolment says of a crèche: applications, offers of places, hours of occasional care, what is free."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from .event import PRIVATE, Event, Lasting, Shape, Slug, Words

HOURS = r"[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d"
DayHours = Annotated[
    str, Field(pattern=rf"^{HOURS}( {HOURS})*$", description="local, on quarter-hours: 08:00-12:00 14:00-17:00")
]


class WeeklyGrid(Shape):
    """The hours that a child comes on each day of the week; none: not on that day."""

    monday: DayHours | None = None
    tuesday: DayHours | None = None
    wednesday: DayHours | None = None
    thursday: DayHours | None = None
    friday: DayHours | None = None
    saturday: DayHours | None = None
    sunday: DayHours | None = None


class _Application(Event):
    subject_from: ClassVar[tuple[str, ...]] = ("application_id",)

    application_id: UUID
    reference: str = Field(description="short, for people: D-4CFH7M")
    party_id: UUID = Field(description="the family; how to reach it is nobody's but notify's")
    commission: str = Field(description="the commission that will read it, or has read it: 2027-03")


class ApplicationReceived(_Application):
    """A family asks for a place: its application is kept, and was renewed if this is said again."""

    type: ClassVar[str] = "application.received.v1"
    routing_key: ClassVar[str] = "enrolment.application.received.v1"

    renew_by: date | None = Field(None, description="confirmed again by that day included, or it lapses; none: never")


class ApplicationRenewalDue(_Application):
    """It lapses soon unless the family says that it still wishes."""

    type: ClassVar[str] = "application.renewal-due.v1"
    routing_key: ClassVar[str] = "enrolment.application.renewal-due.v1"

    renew_by: date = Field(description="the last day to confirm it")


class ApplicationDecided(_Application):
    """The committee has decided. Points, place and reasons are on the family's own page and nowhere else."""

    type: ClassVar[str] = "application.decided.v1"
    routing_key: ClassVar[str] = "enrolment.application.decided.v1"

    outcome: Literal["offered", "waiting"] = Field(description="waiting: no place now, the line goes on")


class ApplicationWithdrawn(_Application):
    """The family wishes no more."""

    type: ClassVar[str] = "application.withdrawn.v1"
    routing_key: ClassVar[str] = "enrolment.application.withdrawn.v1"


class ApplicationLapsed(_Application):
    """Nobody confirmed it in time, or the child is too old for it."""

    type: ClassVar[str] = "application.lapsed.v1"
    routing_key: ClassVar[str] = "enrolment.application.lapsed.v1"

    why: Literal["not-renewed", "too-old"]


class _PlaceOffer(Event):
    subject_from: ClassVar[tuple[str, ...]] = ("offer_id",)

    offer_id: UUID
    application_id: UUID
    reference: str = Field(description="of the application, for people: D-4CFH7M")
    party_id: UUID
    creche: Slug
    creche_name: Words
    starts_on: date = Field(description="the child's first day")
    week: WeeklyGrid


class CrechePlaceOffered(_PlaceOffer):
    """A crèche holds this week for them until the deadline."""

    type: ClassVar[str] = "creche-place.offered.v1"
    routing_key: ClassVar[str] = "enrolment.creche-place.offered.v1"

    deadline: AwareDatetime = Field(description="never in the night")


class CrechePlaceAccepted(_PlaceOffer):
    """They said yes, and the contract is made: the child is among those of the crèche from `starts_on`."""

    type: ClassVar[str] = "creche-place.accepted.v1"
    routing_key: ClassVar[str] = "enrolment.creche-place.accepted.v1"

    contract_id: UUID
    ends_on: date | None = Field(None, description="the last day; none: until somebody ends it")


class CrechePlaceDeclined(_PlaceOffer):
    """They said no."""

    type: ClassVar[str] = "creche-place.declined.v1"
    routing_key: ClassVar[str] = "enrolment.creche-place.declined.v1"


class CrechePlaceExpired(_PlaceOffer):
    """The deadline passed without an answer."""

    type: ClassVar[str] = "creche-place.expired.v1"
    routing_key: ClassVar[str] = "enrolment.creche-place.expired.v1"


class CrechePlaceWithdrawn(_PlaceOffer):
    """The offer does not hold any more: the family withdrew its application, or the committee took it back."""

    type: ClassVar[str] = "creche-place.withdrawn.v1"
    routing_key: ClassVar[str] = "enrolment.creche-place.withdrawn.v1"


class _OccasionalCare(Event, Lasting):
    """Some hours of one day in a crèche, for a child that it knows."""

    subject_from: ClassVar[tuple[str, ...]] = ("offer_id",)

    offer_id: UUID
    reference: str = Field(description="short, for people: O-4CFH7M")
    party_id: UUID = Field(description="the family")
    creche: Slug
    creche_name: Words
    child_id: UUID = Field(description="the crèche's own id of the child")


class OccasionalCareOffered(_OccasionalCare):
    """Freed hours are held until the deadline: for them alone, or for the first family that says yes."""

    type: ClassVar[str] = "occasional-care.offered.v1"
    routing_key: ClassVar[str] = "enrolment.occasional-care.offered.v1"

    deadline: AwareDatetime
    first_answer: bool = Field(False, description="several families are asked at once: the first yes has the hours")


class OccasionalCareBooked(_OccasionalCare):
    """They said yes: the child comes."""

    type: ClassVar[str] = "occasional-care.booked.v1"
    routing_key: ClassVar[str] = "enrolment.occasional-care.booked.v1"

    absence_id: UUID | None = Field(None, description="of absence.declared.v1, when that freed the hours")


class OccasionalCareDeclined(_OccasionalCare):
    """They said no, this time."""

    type: ClassVar[str] = "occasional-care.declined.v1"
    routing_key: ClassVar[str] = "enrolment.occasional-care.declined.v1"


class OccasionalCareExpired(_OccasionalCare):
    """Nobody answered in time."""

    type: ClassVar[str] = "occasional-care.expired.v1"
    routing_key: ClassVar[str] = "enrolment.occasional-care.expired.v1"


class OccasionalCareWithdrawn(_OccasionalCare):
    """The hours are not free after all, or another's, or the family does not come; `was` tells from where."""

    type: ClassVar[str] = "occasional-care.withdrawn.v1"
    routing_key: ClassVar[str] = "enrolment.occasional-care.withdrawn.v1"

    was: Literal["offered", "booked"]
    why: Literal["not-free", "taken", "family", "creche"] = Field(
        description="not-free: the absent child comes after all; taken: another family said yes first; "
        "family and creche: theirs to say"
    )


class FreePlaces(Shape):
    """So many children of that age could still come during the whole of these hours of a day."""

    day: date
    hours: str = Field(pattern=rf"^{HOURS}$", description="local, as 07:30-12:30")
    walking: bool = Field(description="the age group: children who walk, or who do not yet")
    places: int = Field(ge=0)


class PlacesAvailable(Event):
    """What a crèche has free in a week, by half-day and age group: the whole week, again when it changes."""

    type: ClassVar[str] = "places.available.v1"
    routing_key: ClassVar[str] = "enrolment.places.available.v1"
    subject_from: ClassVar[tuple[str, ...]] = ("creche", "week")

    creche: Slug
    week: str = Field(pattern=r"^\d{4}-W[0-5]\d$", description="of ISO 8601: 2027-W06")
    free: tuple[FreePlaces, ...] = Field((), max_length=100)


class PageIssued(Event):
    """A family's own page for an application or an offer: whoever holds the link may act, so notify alone reads it."""

    type: ClassVar[str] = "page.issued.v1"
    routing_key: ClassVar[str] = "enrolment.page.issued.v1"
    exchange: ClassVar[str] = PRIVATE
    # Not about_id alone: versions are counted per subject, and a link is no version of what it shows.
    subject_from: ClassVar[tuple[str, ...]] = ("party_id", "about_id")

    about_id: UUID = Field(description="the application_id or offer_id that it shows")
    party_id: UUID
    url: str = Field(max_length=200)
    expires_at: AwareDatetime
