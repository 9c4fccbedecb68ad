"""An absence as the house's bus wants it: a CloudEvent in JSON, and its AMQP properties."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

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


def absence_id(child: UUID, first: date) -> UUID:
    """The same child and first day are the same absence: said again, it is changed."""
    return uuid5(NAMESPACE_URL, f"absence:{child}/{first}")


def envelope(type: str, data: dict[str, Any], *, house: str, user: str) -> Message:
    """Later is newer: the `sequence` is the clock's, so nothing has to be remembered."""
    now = datetime.now(UTC)
    sequence = int(now.timestamp() * 1000)
    id = str(uuid5(UUID(data["absence_id"]), str(sequence)))
    event = {
        "specversion": "1.0",
        "id": id,
        "source": f"/{house}/{user}",
        "type": type,
        "subject": data["absence_id"],
        "sequence": str(sequence),
        "time": now.isoformat(timespec="milliseconds"),
        "datacontenttype": "application/json",
        "dataschema": f"urn:ronde:{type}",
        "data": data,
    }
    properties = {
        "content_type": "application/cloudevents+json",
        "delivery_mode": 2,
        "message_id": id,
        "type": type,
        "app_id": user,
        "user_id": user,
    }
    return Message(f"{user}.{type}", properties, json.dumps(event, ensure_ascii=False).encode())
