"""Where the two servers answer, the same whatever way they came."""

from dataclasses import asdict, dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from sqlalchemy import make_url


@dataclass(frozen=True)
class Addresses:
    """Administrators' URLs: postgresql+asyncpg://…, amqp://…, http://… (name and password inside each)."""

    postgres: str
    amqp: str
    management: str

    def database_url(self, database: str, user: str, password: str) -> str:
        """A SQLAlchemy URL for one role of one database."""
        url = make_url(self.postgres).set(database=database, username=user, password=password)
        return url.render_as_string(hide_password=False)

    def amqp_url(self, user: str, password: str, vhost: str = "/") -> str:
        parts = urlsplit(self.amqp)
        place = parts.netloc.rpartition("@")[2]
        login = f"{quote(user, safe='')}:{quote(password, safe='')}"
        return urlunsplit((parts.scheme, f"{login}@{place}", f"/{quote(vhost, safe='')}", parts.query, ""))

    def as_dict(self) -> dict[str, str]:
        return asdict(self)
