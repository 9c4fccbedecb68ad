"""CloudEvents 1.0 around every event: sealed when it is published, opened and checked when it is consumed.

The AMQP side and the envelope say the same thing twice (who, what); the door believes neither until they agree.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from aio_pika.abc import AbstractIncomingMessage
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings import amqp, rabbitmq
from cloudevents.core.formats.json import JSONFormat
from pydantic import ValidationError
from ronde_contracts.envelope import MAX_BODY
from ronde_contracts.event import PRIVATE, Event

SEQUENCE = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
E = TypeVar("E", bound=Event, covariant=True)


class Unacceptable(Exception):
    """The message can never be consumed: it is parked with this reason, which names no value of the message."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """An event as it came in: `producer` is who said it, checked by the broker."""

    id: UUID
    source: str
    producer: str
    type: str
    subject: str
    sequence: int
    time: datetime | None
    traceparent: str | None
    data: E


def source_of(house: str, producer: str) -> str:
    return f"/{house}/{producer}"


def seal(event: Event, *, id: UUID, source: str, sequence: int, time: datetime, traceparent: str) -> bytes:
    """The event in its envelope, as structured JSON."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": str(id),
            "source": source,
            "type": event.type,
            "subject": event.subject,
            "sequence": str(sequence),
            "time": time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "dataschema": f"urn:ronde:{event.type}",
            "datacontenttype": "application/json",
            "traceparent": traceparent,
            "data": event.model_dump(mode="json"),
        }
    )


def open_envelope(
    message: AbstractIncomingMessage, expected: type[E], *, house: str, user: str | None, routing_key: str
) -> Received[E]:
    """Check everything a sender can get wrong, and give the event.

    `user` is the AMQP user that the broker vouches for and `routing_key` the one it was first published with.
    Raises Unacceptable with one of: too-large, no-user, not-json, malformed-envelope, wrong-producer, wrong-type,
    unknown-version, invalid-data.
    """
    if len(message.body) > MAX_BODY:
        raise Unacceptable("too-large", f"{len(message.body)} bytes; at most {MAX_BODY}")
    if not user:
        raise Unacceptable("no-user", "publish with the property user_id set to your broker user")
    attributes, data = _read(message)
    source, type_ = attributes.get("source"), attributes.get("type")
    if source != source_of(house, user):
        raise Unacceptable("wrong-producer", f"{user} publishes with source {source_of(house, user)}")
    if not routing_key.startswith(f"{user}."):
        raise Unacceptable("wrong-producer", f"{user} publishes with routing key {user}.<type>")
    if type_ != expected.type:
        name = expected.type.rpartition(".v")[0]
        reason = "unknown-version" if str(type_).rpartition(".v")[0] == name else "wrong-type"
        raise Unacceptable(reason, f"expected {expected.type}")
    if routing_key != f"{user}.{type_}":
        raise Unacceptable("wrong-type", "the routing key names another type than the envelope")
    try:
        event = expected.model_validate(data)
    except ValidationError as error:
        raise Unacceptable("invalid-data", _problems(error, private=expected.exchange == PRIVATE)) from None
    subject = attributes.get("subject")
    if subject is not None and str(subject).lower() != event.subject.lower():  # a UUID may come in capitals
        raise Unacceptable("malformed-envelope", "subject is not the id that the data has")
    return Received(
        id=_uuid(attributes.get("id")),
        source=source,
        producer=user,
        type=type_,
        subject=event.subject,
        sequence=_sequence(attributes.get("sequence")),
        time=_time(attributes.get("time")),
        traceparent=attributes.get("traceparent"),
        data=event,
    )


def _read(message: AbstractIncomingMessage) -> tuple[dict[str, Any], Any]:
    """Attributes and data, whichever of the CloudEvents modes the sender chose."""
    content_type = (message.content_type or "").split(";")[0].strip().lower()
    if content_type.startswith("application/cloudevents"):
        return _read_structured(message.body)
    headers = dict(message.headers)
    try:
        if any(name.startswith("ce-") for name in headers):
            event: BaseCloudEvent = rabbitmq.from_binary_event(
                rabbitmq.RabbitMQMessage(_text(headers, "ce-"), content_type, message.body)
            )
        elif any(name.startswith(("cloudEvents:", "cloudEvents_")) for name in headers):
            ours = _text(headers, "cloudEvents")
            event = amqp.from_binary(amqp.AMQPMessage({"content-type": content_type}, ours, message.body), JSONFormat())
        else:
            return _read_structured(message.body)
    except Unacceptable:
        raise
    except Exception as error:  # the SDK raises its own families of errors, and json's
        raise Unacceptable("malformed-envelope", type(error).__name__) from None
    return dict(event.get_attributes()), event.get_data()


def _read_structured(body: bytes) -> tuple[dict[str, Any], Any]:
    # orjson and not the SDK's reader: that one took half of a consumer's time, for the same six checks.
    try:
        envelope = orjson.loads(body)
    except ValueError:
        raise Unacceptable("not-json") from None
    if not isinstance(envelope, dict):
        raise Unacceptable("malformed-envelope", "a CloudEvent is a JSON object")
    if envelope.get("specversion") != "1.0":
        raise Unacceptable("malformed-envelope", "specversion must be 1.0")
    missing = [name for name in ("id", "source", "type", "data") if name not in envelope]
    if missing:
        raise Unacceptable("malformed-envelope", f"missing: {', '.join(missing)}")
    return envelope, envelope["data"]


def _text(headers: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {k: v.decode() if isinstance(v, bytes) else v for k, v in headers.items() if k.startswith(prefix)}


def _uuid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise Unacceptable("malformed-envelope", "id must be a UUID") from None


def _sequence(value: Any) -> int:
    # Needed: without it nothing tells an old plan, come late, from a new one.
    text = str(value)
    if isinstance(value, bool) or not SEQUENCE.fullmatch(text):
        raise Unacceptable("malformed-envelope", 'sequence must be a whole number from 0 in a string: "3"')
    return int(text)


def _time(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        raise Unacceptable("malformed-envelope", "time must be RFC 3339") from None


def _problems(error: ValidationError, *, private: bool) -> str:
    """Where and what, never the value; of a contact not even the sentence, which may quote the address."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'data'}: {e['type'] if private else e['msg']}" for e in found[:8]
    )
