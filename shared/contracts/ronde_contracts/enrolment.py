"""What enrolment says: a session opens, moves, is too full or is called off; an enrolment changes state."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, EmailStr, Field

from .event import PRIVATE, AboutSession, Event, Language, Lasting, PartyKind, Series, Shape, Slug, Words


class _Session(Event, AboutSession, Lasting):
    subject_from: ClassVar[tuple[str, ...]] = ("organiser", "session_id")

    title: Words
    room_name: str = Field(description="the room as people call it")
    places: int = Field(ge=0, description="places for children")
    adult_places: int | None = Field(None, ge=1, description="places for adults; none: they are not counted")
    enrolments_open_at: AwareDatetime | None = Field(None, description="none: enrolment is open")
    enrolments_close_at: AwareDatetime | None = Field(None, description="none: when the session starts")
    series: Series | None = Field(None, description="the sessions with which it belongs together")


class SessionOpened(_Session):
    """The session has a room: one may enrol. Said again when anything of it changes but its slot."""

    type: ClassVar[str] = "session.opened.v1"
    routing_key: ClassVar[str] = "enrolment.session.opened.v1"


class SessionMoved(_Session):
    """An open session has another time or room. `was_starting_at` is what people had been told."""

    type: ClassVar[str] = "session.moved.v1"
    routing_key: ClassVar[str] = "enrolment.session.moved.v1"

    was_starting_at: AwareDatetime = Field(description="the start that people had been told")


class SessionCalledOff(_Session):
    """The session will not take place; every enrolment in it is over."""

    type: ClassVar[str] = "session.called-off.v1"
    routing_key: ClassVar[str] = "enrolment.session.called-off.v1"

    reason: Words | None = None


class SessionOverfull(_Session):
    """Its places were lowered below what is taken. Nobody was dropped: its organiser decides what to do."""

    type: ClassVar[str] = "session.overfull.v1"
    routing_key: ClassVar[str] = "enrolment.session.overfull.v1"

    taken: int = Field(ge=0, description="children's places confirmed, or held by an offer")
    adults_taken: int = Field(ge=0, description="the same for adults")


class SessionSuspended(_Session):
    """It has lost its room: the slot is the one that people had been told. Enrolments and offers are kept.

    session.opened.v1 or session.moved.v1 follow when there is a room again, session.called-off.v1 when there is none.
    """

    type: ClassVar[str] = "session.suspended.v1"
    routing_key: ClassVar[str] = "enrolment.session.suspended.v1"


class SessionAttended(Event, AboutSession):
    """How many came, as counted until now: said again when it is corrected."""

    type: ClassVar[str] = "session.attended.v1"
    routing_key: ClassVar[str] = "enrolment.session.attended.v1"
    # Not (organiser, session_id): who came is no version of the session's slot.
    subject_from: ClassVar[tuple[str, ...]] = ("organiser", "session_id", "about")

    about: Literal["attendance"]
    confirmed: int = Field(ge=0, description="enrolments that had a place")
    absent: int = Field(ge=0, description="of these, how many nobody came of")
    children: int = Field(ge=0, description="children present")
    adults: int = Field(ge=0, description="adults present")


class RoomChosen(Event, AboutSession, Lasting):
    """Its organiser picked one of the alternatives of reservation.refused.v1: booking asks for it in their name.

    Void when the reservation has changed since: what was asked last counts.
    """

    type: ClassVar[str] = "room.chosen.v1"
    routing_key: ClassVar[str] = "enrolment.room.chosen.v1"
    subject_from: ClassVar[tuple[str, ...]] = ("reservation_id",)

    reservation_id: UUID = Field(description="booking's own")
    refusal: int = Field(ge=1, description="the sequence of the reservation.refused.v1 that it answers")
    room: Slug


class _Enrolment(Event, AboutSession):
    subject_from: ClassVar[tuple[str, ...]] = ("enrolment_id",)

    enrolment_id: UUID
    reference: str = Field(description="short, for people: I-4CFH7M")
    party_id: UUID = Field(description="the family or childminder; how to reach them is nobody's but notify's")
    party_kind: PartyKind
    children: int = Field(ge=1, description="places taken or asked for")
    adults: int | None = Field(None, ge=0, description="adults who come with them; none: not said")


class EnrolmentConfirmed(_Enrolment):
    """They have their places; `accepted_offer` when they come from the waiting list."""

    type: ClassVar[str] = "enrolment.confirmed.v1"
    routing_key: ClassVar[str] = "enrolment.enrolment.confirmed.v1"

    accepted_offer: bool = False


class EnrolmentWaitlisted(_Enrolment):
    """No place now: they are in the waiting list."""

    type: ClassVar[str] = "enrolment.waitlisted.v1"
    routing_key: ClassVar[str] = "enrolment.enrolment.waitlisted.v1"

    position: int = Field(ge=1, description="1 is first in line, at the time of the event")


class EnrolmentOffered(_Enrolment):
    """A place is held for them until the deadline."""

    type: ClassVar[str] = "enrolment.offered.v1"
    routing_key: ClassVar[str] = "enrolment.enrolment.offered.v1"

    deadline: AwareDatetime = Field(description="never after the session starts, never in the night")


class EnrolmentDeclined(_Enrolment):
    """They said no to the offer."""

    type: ClassVar[str] = "enrolment.declined.v1"
    routing_key: ClassVar[str] = "enrolment.enrolment.declined.v1"


class EnrolmentExpired(_Enrolment):
    """The offer's deadline passed without an answer."""

    type: ClassVar[str] = "enrolment.expired.v1"
    routing_key: ClassVar[str] = "enrolment.enrolment.expired.v1"


class EnrolmentWithdrawn(_Enrolment):
    """They do not come, or no longer wait; `was` tells from where they left."""

    type: ClassVar[str] = "enrolment.withdrawn.v1"
    routing_key: ClassVar[str] = "enrolment.enrolment.withdrawn.v1"

    was: Literal["waiting", "offered", "confirmed"] = Field(description="the state they left")


class Guardian(Shape):
    """One adult of a family: reached apart, in their own language, and never told how the others are reached."""

    guardian_id: UUID
    language: Language = "fr"
    email: EmailStr | None = None
    phone: str | None = Field(None, pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164")
    channel: Literal["sms", "email"] | None = Field(None, description="the one they asked for; none: as the message is")


class ContactRecorded(Event):
    """How to reach a family or a childminder: for notify alone."""

    type: ClassVar[str] = "contact.recorded.v1"
    routing_key: ClassVar[str] = "enrolment.contact.recorded.v1"
    exchange: ClassVar[str] = PRIVATE
    subject_from: ClassVar[tuple[str, ...]] = ("party_id",)

    party_id: UUID
    party_kind: PartyKind
    language: Language = "fr"
    email: EmailStr | None = None
    phone: str | None = Field(None, pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164")
    guardians: tuple[Guardian, ...] = Field((), description="each is told; none: one person, by the contact above")


class LinkIssued(Event):
    """The family's own page for one enrolment: whoever holds the link may act, so notify alone reads it."""

    type: ClassVar[str] = "link.issued.v1"
    routing_key: ClassVar[str] = "enrolment.link.issued.v1"
    exchange: ClassVar[str] = PRIVATE
    # Not the enrolment_id alone: versions are counted per subject, and a link is no version of its enrolment.
    subject_from: ClassVar[tuple[str, ...]] = ("party_id", "enrolment_id")

    enrolment_id: UUID
    party_id: UUID
    url: str = Field(max_length=200)
    expires_at: AwareDatetime


class CodeIssued(Event):
    """A code, and a link that does the same, for whoever reads this one address.

    notify sends it at once, never after `expires_at`, and keeps neither. Nothing tells whether the address is known.

    - `enter`: somebody asked to come in, to register or to see their family's page;
    - `contact`: the address becomes a guardian's when it is confirmed, and not before.
    """

    type: ClassVar[str] = "code.issued.v1"
    routing_key: ClassVar[str] = "enrolment.code.issued.v1"
    exchange: ClassVar[str] = PRIVATE
    subject_from: ClassVar[tuple[str, ...]] = ("code_id",)

    code_id: UUID
    purpose: Literal["enter", "contact"]
    channel: Literal["sms", "email"]
    address: str = Field(max_length=320, description="the number (E.164) or the e-mail address to send it to, no other")
    language: Language = "fr"
    code: str = Field(pattern=r"^[0-9]{6}$", description="to type in")
    url: str = Field(max_length=200, description="the link shows, and a button there confirms; no use after the code")
    expires_at: AwareDatetime
    party_id: UUID | None = Field(None, description="only with `contact`: once that family is erased, do not send it")


class FamilyErased(Event):
    """A family or a childminder is to be forgotten: erase what you hold of them, then say erasure.acknowledged.v1."""

    type: ClassVar[str] = "family.erased.v1"
    routing_key: ClassVar[str] = "enrolment.family.erased.v1"
    subject_from: ClassVar[tuple[str, ...]] = ("party_id",)

    party_id: UUID
    party_kind: PartyKind
