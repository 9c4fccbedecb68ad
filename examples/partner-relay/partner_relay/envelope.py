"""A piece of news as the house's bus wants it: a CloudEvent in JSON, and its AMQP properties."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from .news import News

EXCHANGE = "ronde.events"


@dataclass(frozen=True)
class Message:
    """What is handed to the broker. `routing_key` begins with our own name, or the broker refuses it."""

    routing_key: str
    properties: dict[str, Any]
    body: bytes

    def as_json(self) -> str:
        """One line, for `--dry-run`."""
        whole = {"exchange": EXCHANGE, "routing_key": self.routing_key, "properties": self.properties}
        return json.dumps({**whole, "body": json.loads(self.body)}, ensure_ascii=False)


def envelope(news: News, *, house: str, user: str) -> Message:
    """The same fact said twice has the same id, so whoever heard it already does nothing."""
    now = datetime.now(UTC)
    id = str(event_id(news.session_id, news.sequence))
    event = {
        "specversion": "1.0",
        "id": id,
        "source": f"/{house}/{user}",
        "type": news.type,
        "subject": str(news.session_id),
        "sequence": str(news.sequence),
        "time": now.isoformat(timespec="milliseconds"),
        "datacontenttype": "application/json",
        "dataschema": f"urn:ronde:{news.type}",
        "data": news.data,
    }
    properties = {
        "content_type": "application/cloudevents+json",
        "delivery_mode": 2,
        "message_id": id,
        "type": news.type,
        "app_id": user,
        "user_id": user,
        "timestamp": int(now.timestamp()),
    }
    return Message(f"{user}.{news.type}", properties, json.dumps(event, ensure_ascii=False).encode())


def event_id(session_id: UUID, sequence: int) -> UUID:
    return uuid5(session_id, str(sequence))
