"""What `make env` lays out for the tools: who administers the servers, and everybody's password."""

from pydantic import BaseModel
from sqlalchemy import make_url
from yarl import URL


class Passwords(BaseModel):
    """`postgres`, `management`: an administrator's URLs; `broker`: user -> password; `databases`: service -> password.

    A service or a user of the broker that is not named is left alone: each organisation may run its own.
    """

    postgres: str | None = None
    management: str | None = None
    broker: dict[str, str] = {}
    databases: dict[str, str] = {}

    def database_url(self, service: str) -> str:
        """The service's own database, as the service."""
        url = make_url(self.postgres or "").set(username=service, password=self.databases[service], database=service)
        return url.render_as_string(hide_password=False)

    def amqp_url(self, user: str) -> str:
        """The broker, which is where its management is, as that user."""
        host = URL(self.management or "").host or ""
        return str(URL.build(scheme="amqp", user=user, password=self.broker[user], host=host, path="/"))
