"""The AsyncAPI 3.0 document of the bus, written from the side of a member of the house.

`send` is what a member may say (each event has one kind of producer), `receive` what it may hear: a partner's
program and a service of the house read the same document. Data and envelope are the JSON Schemas beside it.
"""

from typing import Any

from .catalogue import EVENTS
from .envelope import BINARY_PREFIXES, CONTENT_TYPE, Envelope
from .event import PRIVATE, Event
from .schema import producer_of, sentence_of, subject_of

Document = dict[str, Any]

BINDING = "0.3.0"
QUEUE_ARGUMENTS = {"x-queue-type": "quorum", "x-delivery-limit": 20}
"""The limit is only against a program that dies on a message: it is no way to retry."""
SECTION = ("<!-- rules -->", "<!-- /rules -->")


def document(guide: str) -> Document:
    """The whole document; its description is the part of the guide between the `rules` marks."""
    rules = guide.split(SECTION[0], 1)[1].split(SECTION[1], 1)[0].strip() + "\n"
    channels: Document = {}
    operations: Document = {}
    messages: Document = {}
    for event in EVENTS:
        channels |= {event.type: _said(event), f"queue.{event.type}": _queue(event)}
        operations |= {f"send.{event.type}": _send(event), f"receive.{event.type}": _receive(event)}
        messages |= _messages(event)
    return {
        "asyncapi": "3.0.0",
        "id": "urn:ronde:bus",
        "info": {
            "title": "Ronde: the bus of the house",
            "version": "1.0.0",
            "description": rules,
            "license": {"name": "MIT"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"house": SERVER},
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": messages,
            "messageTraits": {"structured": STRUCTURED, "binary": BINARY},
            "operationTraits": {"publishing": PUBLISHING, "consuming": CONSUMING},
            "parameters": {
                "producer": {"description": "your broker user"},
                "member": {"description": "your broker user"},
            },
            "securitySchemes": {
                "member": {
                    "type": "userPassword",
                    "description": "SASL PLAIN: the RabbitMQ user that the house made for you. Its name is the "
                    "first word of your routing keys, the last word of your source and the prefix of your queues.",
                }
            },
        },
    }


SERVER: Document = {
    "host": "{broker}",
    "protocol": "amqp",
    "protocolVersion": "0-9-1",
    "description": "RabbitMQ. The house gives you the URL of your user; across the internet it is amqps.",
    "variables": {"broker": {"default": "localhost:8705", "description": "host and port"}},
    "security": [{"$ref": "#/components/securitySchemes/member"}],
}

_PROPERTIES: Document = {
    "message_id": "the id of the envelope; two messages in flight on one channel never share it",
    "type": "the type of the envelope",
    "timestamp": "seconds since 1970",
    "app_id": "the name of your program",
    "user_id": "your broker user; the broker refuses another's, consumers refuse a message without",
    "delivery_mode": 2,
}
STRUCTURED: Document = {
    "contentType": CONTENT_TYPE,
    "headers": {
        "type": "object",
        "description": "Structured mode needs no headers: the envelope is the body.",
        "properties": {},
    },
    "x-amqp-properties": {"content_type": CONTENT_TYPE, **_PROPERTIES},
}


def _binary_headers() -> Document:
    prefix = BINARY_PREFIXES[0]
    fields = Envelope.model_json_schema()
    carried = [name for name in fields["properties"] if name not in ("data", "datacontenttype")]
    return {
        "type": "object",
        "description": f"Binary mode: the attributes are headers, all texts. Prefix {' or '.join(BINARY_PREFIXES)}.",
        "required": [f"{prefix}{name}" for name in carried if name in fields["required"]],
        "properties": {
            f"{prefix}{name}": {"type": "string", "description": fields["properties"][name]["description"]}
            if "description" in fields["properties"][name]
            else {"type": "string"}
            for name in carried
        },
    }


BINARY: Document = {
    "contentType": "application/json",
    "headers": _binary_headers(),
    "x-amqp-properties": {"content_type": "application/json", **_PROPERTIES},
}
PUBLISHING: Document = {
    "security": [{"$ref": "#/components/securitySchemes/member"}],
    "bindings": {
        "amqp": {"deliveryMode": 2, "mandatory": True, "timestamp": True, "ack": True, "bindingVersion": BINDING}
    },
}
CONSUMING: Document = {
    "security": [{"$ref": "#/components/securitySchemes/member"}],
    "bindings": {"amqp": {"ack": True, "bindingVersion": BINDING}},
}


def _said(event: type[Event]) -> Document:
    """The routing key on its exchange: where an event is published."""
    exchange = {"name": event.exchange, "type": "topic", "durable": True, "autoDelete": False, "vhost": "/"}
    return {
        "address": event.routing_key.replace("*", "{producer}"),
        "title": event.type,
        "description": sentence_of(event),
        **_parameters("producer", wanted=producer_of(event) is None),
        "messages": _choices(event),
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": BINDING}},
    }


def _queue(event: type[Event]) -> Document:
    """The queue that a member declares for itself: where an event is heard."""
    queue = {
        "name": f"{{member}}.{event.type}",
        "durable": True,
        "exclusive": False,
        "autoDelete": False,
        "vhost": "/",
        "x-arguments": QUEUE_ARGUMENTS,
        "x-bindings": [{"exchange": event.exchange, "routingKey": event.routing_key}],
    }
    return {
        "address": f"{{member}}.{event.type}",
        "title": f"your queue of {event.type}",
        "description": "Declared by the member who reads it, bound to the exchange with the routing key.",
        **_parameters("member", wanted=True),
        "messages": _choices(event),
        "bindings": {"amqp": {"is": "queue", "queue": queue, "bindingVersion": BINDING}},
    }


def _send(event: type[Event]) -> Document:
    who = producer_of(event)
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{event.type}"},
        "summary": f"Said by {who} alone." if who else "Said by the partners whom the house file lets say it.",
        "tags": [{"name": who or "partners"}],
        "traits": [{"$ref": "#/components/operationTraits/publishing"}],
    }


def _receive(event: type[Event]) -> Document:
    private = event.exchange == PRIVATE
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/queue.{event.type}"},
        "summary": "Heard by notify alone." if private else "Heard by whoever binds a queue.",
        "tags": [{"name": "notify" if private else "everybody"}],
        "traits": [{"$ref": "#/components/operationTraits/consuming"}],
    }


def _messages(event: type[Event]) -> Document:
    common = {"title": event.__name__, "summary": sentence_of(event)}
    bindings = {"amqp": {"contentEncoding": "utf-8", "messageType": event.type, "bindingVersion": BINDING}}
    structured = {
        "name": event.type,
        **common,
        "traits": [{"$ref": "#/components/messageTraits/structured"}],
        "payload": {
            "allOf": [
                {"$ref": "./envelope.json"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": event.type},
                        "subject": {"description": f"{subject_of(event)}, from data"},
                        "data": {"$ref": f"./{event.type}.json"},
                    },
                },
            ]
        },
        "bindings": bindings,
    }
    binary = {
        "name": f"{event.type} in binary mode",
        **common,
        "traits": [{"$ref": "#/components/messageTraits/binary"}],
        "payload": {"$ref": f"./{event.type}.json"},
        "bindings": bindings,
    }
    return {event.type: structured} | ({f"{event.type}.binary": binary} if producer_of(event) is None else {})


def _choices(event: type[Event]) -> Document:
    names = {"structured": event.type, "binary": f"{event.type}.binary"}
    return {name: {"$ref": f"#/components/messages/{key}"} for name, key in names.items() if key in _messages(event)}


def _parameters(name: str, *, wanted: bool) -> Document:
    return {"parameters": {name: {"$ref": f"#/components/parameters/{name}"}}} if wanted else {}
