"""Everything that the environment may change in booking."""

from functools import cached_property

from pydantic import Field
from ronde.house import House, load
from ronde.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from RONDE_… variables."""

    service: str = "booking"
    http_port: int = Field(8700, description="port to listen on")
    public_url: str = Field("http://127.0.0.1:8700", description="how people reach this service, no slash at the end")
    alternatives_days: int = Field(14, ge=0, le=60, description="how many days ahead alternatives are looked for")
    hold_minutes: int = Field(30, ge=1, le=7 * 24 * 60, description="how long a room may be held without a yes")
    holds_every: float = Field(5.0, gt=0, description="seconds between two looks for holds whose time is over")
    consents_every: float = Field(30.0, gt=0, description="seconds between two looks for silence that became consent")
    refusals_days: int = Field(14, ge=1, description="how many days a refusal stays on the staff's page")
    calendar_days_back: int = Field(92, ge=0, le=1000, description="how many days back a calendar's feed shows")
    calendar_days_ahead: int = Field(548, ge=1, le=1095, description="how many days ahead a calendar's feed shows")
    calendar_days_cancelled: int = Field(30, ge=1, description="how many days a feed says that something was cancelled")
    statement_counts_around: bool = Field(
        False, description="whether a month's statement counts setting up and tidying"
    )

    @cached_property
    def house(self) -> House:
        """Read when first asked for: the app can be imported where there is no house."""
        return load(self.house_file)
