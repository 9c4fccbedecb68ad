"""Servers that somebody else runs: used as they are, never started, never stopped."""

import asyncio
from urllib.parse import unquote, urlsplit

import asyncpg
import httpx

from ronde import topology
from ronde.local.databases import dsn
from ronde.local.process import CannotStart


class Given:
    """Nothing to start and nothing to stop."""

    def launch(self) -> None:
        """It runs already."""

    def wait(self) -> None:
        """Overridden to see that it answers."""

    def ask_to_stop(self) -> None:
        """Not ours to stop."""

    def stop(self) -> None:
        """Not ours to stop."""

    def kill(self) -> None:
        """Not ours to kill."""


class GivenPostgres(Given):
    """An administrator's URL, from RONDE_POSTGRES_URL."""

    def __init__(self, url: str) -> None:
        scheme, _, rest = url.partition("://")
        if scheme.partition("+")[0] not in ("postgres", "postgresql"):
            raise CannotStart(f"RONDE_POSTGRES_URL should begin with postgresql://, not {scheme}://.")
        self.admin_url = f"postgresql+asyncpg://{rest}"

    def wait(self) -> None:
        async def look() -> None:
            await (await asyncpg.connect(dsn(self.admin_url), timeout=10)).close()

        try:
            asyncio.run(look())
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise CannotStart(f"The Postgres of RONDE_POSTGRES_URL refused: {error or type(error).__name__}.") from None


class GivenRabbitMQ(Given):
    """An administrator's URL, from RONDE_AMQP_URL; its management API, unless said, on port 15672 of the same host."""

    def __init__(self, url: str, management: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("amqp", "amqps"):
            raise CannotStart(f"RONDE_AMQP_URL should begin with amqp://, not {parts.scheme}://.")
        login = parts.netloc.rpartition("@")[0] or "guest:guest"
        self.amqp_url = url
        self.management_url = management or f"http://{login}@{parts.hostname}:15672"
        self.vhost = unquote(parts.path.removeprefix("/")) or "/"

    def wait(self) -> None:
        try:
            with topology.client(self.management_url) as api:
                answer = api.get("/api/whoami")
        except httpx.TransportError as error:
            raise CannotStart(
                f"The management API of RabbitMQ does not answer ({error}): "
                "say where it is with RONDE_RABBITMQ_MANAGEMENT_URL."
            ) from None
        if answer.is_error or "administrator" not in str(answer.json().get("tags")):
            raise CannotStart(
                "RabbitMQ refused the user of RONDE_AMQP_URL as an administrator: give one with that tag."
            )
