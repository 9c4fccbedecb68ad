"""The CloudEvents 1.0 envelope as every member of the house writes it, in structured JSON."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from .event import Shape

CONTENT_TYPE = "application/cloudevents+json"
"""The AMQP content type of a structured message."""
MAX_BODY = 256 * 1024
"""Bytes of a whole message body. A fact with ids is a few hundred; what is larger is a file."""
BINARY_PREFIXES = ("ce-", "cloudEvents:", "cloudEvents_")
"""Header prefixes of binary mode, all read: RabbitMQ's own binding, then both spellings of the AMQP binding."""

Sequence = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,17})$")] | Annotated[int, Field(ge=0, lt=2**53)]


class Envelope(Shape):
    """One message on the bus. Attributes not named here may be there too, and are ignored."""

    specversion: Literal["1.0"]
    id: UUID = Field(
        description="new for every event, the same when an event is sent again; version 7 if you have the choice"
    )
    source: str = Field(
        pattern=r"^/[a-z][a-z0-9-]{0,39}/[a-z][a-z0-9-]{0,39}$",
        description="/<house>/<producer>: the house's id, then the broker user that publishes",
        examples=["/villeurbanne/relais"],
    )
    type: str = Field(
        pattern=r"^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+\.v[1-9][0-9]*$",
        description="<noun>.<past>.v<n>; with the producer before it, the routing key",
        examples=["session.planned.v1"],
    )
    subject: str = Field(
        min_length=1, max_length=200, description="the id of what changed, as its event says; compared without case"
    )
    sequence: Sequence = Field(
        description="the version of the subject, higher with each of its events, of whatever type; "
        "an integer in a string without leading zeros (CloudEvents has no large integers), a number is understood too",
        examples=["3"],
    )
    time: AwareDatetime = Field(description="when it happened, with its offset, any: RFC 3339")
    datacontenttype: str | None = Field(
        "application/json", pattern=r"^application/json(;.*)?$", description="data is JSON, always"
    )
    dataschema: str | None = Field(
        None, pattern=r"^urn:ronde:", description="urn:ronde:<type>: the $id of the schema of data"
    )
    traceparent: str | None = Field(
        None,
        pattern=r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
        description="W3C trace context; answers carry the trace id of what they answer: hand it on, or make a new one",
    )
    data: dict[str, Any] = Field(description="the event itself, after the schema of its type")
