"""What notify says: a message left, or could not. Ids only."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from .event import AboutSession, Event, PartyKind

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
