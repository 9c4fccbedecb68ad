"""The doors of a running house, for people and for any outside program that takes part."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ronde.local.credentials import Credentials
from ronde.local.rabbitmq import BrokerPorts
from ronde.local.servers import Servers
from ronde.topology import OPS


@dataclass(frozen=True)
class Ports:
    """All of a house's ports on 127.0.0.1, counted from one base."""

    services: dict[str, int]
    catcher: int
    catcher_smtp: int
    broker: BrokerPorts

    @classmethod
    def from_base(cls, base: int) -> "Ports":
        return cls(
            services={"booking": base, "enrolment": base + 1, "notify": base + 2},
            catcher=base + 3,
            catcher_smtp=base + 4,
            broker=BrokerPorts(amqp=base + 5, distribution=base + 6, epmd=base + 7, management=base + 8),
        )

    def by_name(self) -> dict[str, int]:
        """What each is for, in words, and its number."""
        return {
            **self.services,
            "the catcher's page": self.catcher,
            "the catcher's e-mail": self.catcher_smtp,
            "RabbitMQ": self.broker.amqp,
            "RabbitMQ's command line": self.broker.distribution,
            "RabbitMQ's port mapper": self.broker.epmd,
            "RabbitMQ's management": self.broker.management,
        }


def endpoints(
    house: str, servers: Servers, ports: Ports, known: Credentials, services: Sequence[str]
) -> dict[str, Any]:
    """What endpoints.json holds."""
    addresses, vhost = servers.addresses, servers.vhost
    return {
        "house": house,
        "process": os.getpid(),
        "services": {
            name: {
                "url": f"http://127.0.0.1:{ports.services[name]}",
                "amqp_url": addresses.amqp_url(name, known.broker[name], vhost),
                "database_url": addresses.database_url(name, name, known.databases[name]),
            }
            for name in services
        },
        "catcher": {
            "url": f"http://127.0.0.1:{ports.catcher}",
            "sms_url": f"http://127.0.0.1:{ports.catcher}/sms",
            "smtp_host": "127.0.0.1",
            "smtp_port": ports.catcher_smtp,
        },
        "partners": {
            name: {"amqp_url": addresses.amqp_url(name, known.broker[name], vhost), "api_key": key}
            for name, key in known.keys.items()
            if name in known.broker
        },
        "ops": {
            "amqp_url": addresses.amqp_url(OPS, known.broker[OPS], vhost),
            "management_url": management_for_ops(addresses.management, known.broker[OPS]),
        },
    }


def management_for_ops(management_url: str, password: str) -> str:
    """The management pages with the name and password of `ops`."""
    scheme, _, rest = management_url.partition("://")
    return f"{scheme}://{OPS}:{password}@{rest.rpartition('@')[2]}"
