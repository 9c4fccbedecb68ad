"""What notify says: a message left, arrived, did neither, or was taken back. Ids only."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from .event import AboutSession, Event, PartyKind, Slug

Channel = Literal["sms", "email"]


class _Message(Event, AboutSession):
    subject_from: ClassVar[tuple[str, ...]] = ("message_id",)

    message_id: UUID
    purpose: str = Field(description="why it was written: enrolment-confirmed, session-moved, ...")
    channel: Channel
    party_id: UUID
    party_kind: PartyKind
    enrolment_id: UUID


class MessageSent(_Message):
    """The provider took the message."""

    type: ClassVar[str] = "message.sent.v1"
    routing_key: ClassVar[str] = "notify.message.sent.v1"


class MessageFailed(_Message):
    """The message will not arrive this way."""

    type: ClassVar[str] = "message.failed.v1"
    routing_key: ClassVar[str] = "notify.message.failed.v1"

    code: str = Field(description="machine-readable: no-address, refused-by-provider, ...")


class MessageDelivered(_Message):
    """It arrived: their phone or their mailbox has it, by the provider's receipt."""

    type: ClassVar[str] = "message.delivered.v1"
    routing_key: ClassVar[str] = "notify.message.delivered.v1"


class MessageUndeliverable(_Message):
    """The provider took the message and could not deliver it: by this channel it will not arrive."""

    type: ClassVar[str] = "message.undeliverable.v1"
    routing_key: ClassVar[str] = "notify.message.undeliverable.v1"

    code: str = Field(description="machine-readable: unknown-recipient, mailbox-full, expired, ...")
    lasting: bool = Field(description="the address itself is no good (a hard bounce); false: another time it may work")


class MessageWithdrawn(_Message):
    """Taken back before it left: its news was overtaken, or they want none of it by this channel."""

    type: ClassVar[str] = "message.withdrawn.v1"
    routing_key: ClassVar[str] = "notify.message.withdrawn.v1"


class CrecheMessageChanged(Event):
    """What became of a message about an application, an offer of a place or hours of occasional care: the last word."""

    type: ClassVar[str] = "creche-message.changed.v1"
    routing_key: ClassVar[str] = "notify.creche-message.changed.v1"
    subject_from: ClassVar[tuple[str, ...]] = ("message_id",)

    message_id: UUID
    purpose: str = Field(description="why it was written: creche-place-offered, occasional-care-booked, ...")
    channel: Channel
    party_id: UUID
    about_id: UUID = Field(description="the application_id or offer_id that it is about")
    creche: Slug | None = Field(None, description="none: an application is no crèche's yet")
    status: Literal["sent", "failed", "delivered", "undeliverable", "withdrawn"] = Field(
        description="as message.sent.v1 and the others say it of a session's messages"
    )
    code: str | None = Field(None, description="why, when it failed or is undeliverable: no-address, mailbox-full, ...")
    lasting: bool | None = Field(None, description="of one that is undeliverable: the address itself is no good")
