"""What enrolment says: a session opens, moves or is called off; an enrolment changes state."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, EmailStr, Field

from .event import PRIVATE, AboutSession, Event, Language, Lasting, PartyKind, Shape, Words


class _Session(Event, AboutSession, Lasting):
    subject_from: ClassVar[tuple[str, ...]] = ("organiser", "session_id")

    title: Words
    room_name: str = Field(description="the room as people call it")
    places: int = Field(ge=0, description="places for children")


class SessionOpened(_Session):
    """The session has a room: one may enrol. Said again when its title or places change."""

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


class _Enrolment(Event, AboutSession):
    subject_from: ClassVar[tuple[str, ...]] = ("enrolment_id",)

    enrolment_id: UUID
    reference: str = Field(description="short, for people: I-4CFH7M")
    party_id: UUID = Field(description="the family or childminder; how to reach them is nobody's but notify's")
    party_kind: PartyKind
    children: int = Field(ge=1, description="places taken or asked for")


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
