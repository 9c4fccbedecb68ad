"""Everything that the environment may change, and the house's terms for offers and links."""

from dataclasses import dataclass
from datetime import time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from pydantic import Field
from ronde.house import load
from ronde.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How the house offers a place. `quiet_from` and `quiet_until` are local times, from one evening to a morning."""

    timezone: ZoneInfo
    answer_within: timedelta = timedelta(hours=24)
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    public_url: str = "http://127.0.0.1:8701"
    link_stays: timedelta = timedelta(days=30)


class Settings(ServiceSettings):
    """RONDE_… variables of the service `enrolment`."""

    service: str = "enrolment"
    http_port: int = Field(8701, description="port to listen on")
    public_url: str = Field("http://127.0.0.1:8701", description="how people reach this service, no slash at the end")
    answer_hours: int = Field(24, ge=1, description="how long an offered place is held, in hours")
    quiet_from: time = Field(time(21), description="from then on nobody is expected to answer, local time")
    quiet_until: time = Field(time(8), description="until then, the next morning")
    link_days: int = Field(30, ge=1, description="how long a family's link works after the session, in days")
    expire_every: float = Field(5, gt=0, description="seconds between two looks for offers that are over")

    @cached_property
    def terms(self) -> Terms:
        """Read when first needed: the service is importable where there is no house file."""
        return Terms(
            timezone=load(self.house_file).timezone,
            answer_within=timedelta(hours=self.answer_hours),
            quiet_from=self.quiet_from,
            quiet_until=self.quiet_until,
            public_url=self.public_url,
            link_stays=timedelta(days=self.link_days),
        )
