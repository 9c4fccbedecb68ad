"""Everything that the environment may change in notify, and the house's terms for writing to people."""

from dataclasses import dataclass
from datetime import time, timedelta
from functools import cached_property
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict
from ronde.house import load
from ronde.house.model import Hours, read_hours
from ronde.settings import ServiceSettings

from notify.providers.accounts import Account, AnyMail, AnySms, RondeAccount, SmtpAccount, Stage


def _hours(value: Any) -> Any:
    if (hours := read_hours(value)) is None:
        raise ValueError('write it as "07:00-21:30"')
    return hours


DAY, PROMOTIONAL = Hours(time(7), time(21, 30)), Hours(time(8), time(21, 30))
SENDER = "ronde@localhost.localdomain"
Between = Annotated[Hours, BeforeValidator(_hours), NoDecode]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the house writes to people. Hours are of its own wall clock; `secret` keys the hashes of addresses.

    `sender`: the address that e-mails come from, and so whose the events in people's calendars are.
    """

    zone: ZoneInfo
    secret: bytes
    day: Hours = DAY
    promotional: Hours = PROMOTIONAL
    a_day: int = 6
    remind_at: time = time(17)
    near: timedelta = timedelta(hours=12)
    public_url: str = "http://127.0.0.1:8702"
    sender: str = SENDER


class Settings(ServiceSettings):
    """RONDE_… variables; the providers' secrets are never printed."""

    model_config = SettingsConfigDict(hide_input_in_errors=True)

    service: str = "notify"

    stage: Stage = Field(
        "staging",
        description="production: everybody is written to; staging: the guests alone, the rest is withheld;"
        " try: everybody, by providers on this machine",
    )
    guests: tuple[str, ...] = Field((), description="JSON: the numbers and addresses that staging may write to")
    email_providers: tuple[AnyMail, ...] = Field(
        (SmtpAccount(),), min_length=1, description="JSON: accounts with mail servers, see providers/accounts.py"
    )
    sms_providers: tuple[AnySms, ...] = Field(
        (RondeAccount(),), min_length=1, description="JSON: accounts with SMS providers, see providers/accounts.py"
    )
    receipt_hours: float = Field(6, gt=0, description="without a receipt for so long, the other channel tells it too")

    provider_timeout: float = Field(15, gt=0, description="seconds after which we no longer know whether it left")

    tell_hours: Between = Field(DAY, description="when people may be told what they did not ask for")
    promotional_hours: Between = Field(PROMOTIONAL, description="the law's hours for what advertises")
    a_day: int = Field(6, ge=1, description="messages a person and day; deadlines and cancellations are not counted")
    remind_at: time = Field(time(17), description="when to remind of a session, on the day before")
    near_hours: int = Field(12, ge=2, description="how long before its deadline an offer is recalled")
    contact_days: int = Field(400, ge=1, description="days that contacts are kept after the last session")
    proof_days: int = Field(400, ge=1, description="days that it is kept that a message was sent, without its text")

    @property
    def accounts(self) -> tuple[Account, ...]:
        """All of them; each has a name of its own."""
        return (*self.email_providers, *self.sms_providers)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [account.id for account in self.accounts]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two providers have the same name: {', '.join(twice)}; give each its own")
        if self.stage == "try" and (far := [account.id for account in self.accounts if not account.is_here]):
            raise ValueError(f"trying writes to nobody real, but these are not on this machine: {', '.join(far)}")
        return self

    @cached_property
    def terms(self) -> Terms:
        """Read when first needed: the service is importable where there is no house file."""
        return Terms(
            zone=load(self.house_file).timezone,
            secret=self.secret.encode(),
            day=self.tell_hours,
            promotional=self.promotional_hours,
            a_day=self.a_day,
            remind_at=self.remind_at,
            near=timedelta(hours=self.near_hours),
            public_url=self.public_url,
            sender=next((one.sender for one in self.email_providers if isinstance(one, SmtpAccount)), SENDER),
        )
