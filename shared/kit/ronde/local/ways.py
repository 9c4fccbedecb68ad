"""The ways to come by the two servers, and which of them the environment asks for."""

import os

from ronde.local.process import CannotStart

THREE_WAYS = (
    "RabbitMQ is needed, one of three ways: start Docker; or install it (Debian, Ubuntu: `apt-get install "
    "rabbitmq-server`, macOS: `brew install rabbitmq`); or set RONDE_AMQP_URL to a broker that you administer."
)


def forced() -> str | None:
    """RONDE_SERVERS: `docker`, `local`, or None for the first that works."""
    way = os.environ.get("RONDE_SERVERS") or None
    if way not in (None, "docker", "local"):
        raise CannotStart(f"RONDE_SERVERS is {way!r}; it can be `docker` or `local`, or be left out.")
    return way


def given_postgres() -> str | None:
    return os.environ.get("RONDE_POSTGRES_URL") or None


def given_broker() -> str | None:
    return os.environ.get("RONDE_AMQP_URL") or None


def given_management() -> str | None:
    return os.environ.get("RONDE_RABBITMQ_MANAGEMENT_URL") or None


def wants_broker() -> bool:
    """False when somebody gave one."""
    return given_broker() is None
