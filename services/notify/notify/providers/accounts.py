"""The accounts with providers, as the environment gives them: data, one entry an account, checked at the start."""

import re
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

NAME = r"^[a-z][a-z0-9-]{0,39}$"
HERE = ("localhost", "catcher")
"""This machine, and the catcher of docker-compose.yml. Any other name may be a relay that writes to families."""
Stage = Literal["production", "staging", "try"]


def _sender(name: str) -> str:
    """What a phone shows: 3 to 11 letters and digits, no space, not digits alone; or a short code."""
    if re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9]{3,11}|[0-9]{5}", name) is None:
        raise ValueError("3 to 11 letters and digits, at least one letter; or a short code of five digits")
    return name


SmsSender = Annotated[str, AfterValidator(_sender)]


class Account(BaseModel):
    """What they have in common. `name` is kept with each message, and is the end of the address for receipts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    name: str = Field("", pattern=NAME, validate_default=False, description="unique; by default its kind")
    weight: float = Field(1, ge=0, description="how often it comes first; 0: only when no other takes it")
    failures: int = Field(5, ge=1, description="that many in a row, and it is left alone for a while")
    rest_seconds: float = Field(30, gt=0, description="how long; then one message is tried")
    receipts_secret: SecretStr = Field(
        SecretStr(""), description="opens its address for receipts, /receipts/<name>; none: receipts are not taken"
    )

    @property
    def id(self) -> str:
        """What its messages and its address for receipts are kept under."""
        return self.name or self.kind

    @property
    def gives_receipts(self) -> bool:
        """Whether we hear what became of what it took."""
        return bool(self.receipts_secret.get_secret_value())

    @property
    def where(self) -> str:
        """The host that is written to; empty when only the provider's library knows."""
        return ""

    @property
    def is_here(self) -> bool:
        """On this machine, or the catcher beside us in a container."""
        try:
            return self.where in HERE or ip_address(self.where).is_loopback
        except ValueError:
            return False


class SmsAccount(Account):
    sender: SmsSender = Field("Ronde", description="who an SMS says it is from")
    parts_per_second: float | None = Field(
        None, ge=0.2, description="SMS parts a second that it takes from each process"
    )


class HttpAccount(SmsAccount):
    url: str

    @property
    def where(self) -> str:
        return urlsplit(self.url).hostname or ""


class SmtpAccount(Account):
    """A mail server. Its receipts are bounces, handed to us by the server that gets them (see dsn.py)."""

    kind: Literal["smtp"] = "smtp"
    host: str = "127.0.0.1"
    port: int = 25
    security: Literal["none", "starttls", "tls"] = Field("none", description="none: only on this machine")
    user: str | None = Field(None, description="signs in with it when given")
    password: SecretStr = SecretStr("")
    sender: str = Field("ronde@localhost.localdomain", description="the address that e-mails come from")
    connections: int = Field(4, ge=1, le=50, description="kept open, at most")

    @property
    def where(self) -> str:
        return self.host


class RondeAccount(HttpAccount):
    """A gateway that speaks Ronde's own small protocol (see sms.py), such as the catcher."""

    kind: Literal["ronde"] = "ronde"
    url: str = Field("http://127.0.0.1:8703/sms", description="POST here sends, GET here/<reference> looks up")
    token: SecretStr = Field(SecretStr(""), description="its bearer token")


class OvhAccount(HttpAccount):
    kind: Literal["ovh"] = "ovh"
    url: str = Field("https://eu.api.ovh.com/1.0", description="the API of your region")
    service: str = Field(description="sms-ab12345-1")
    application_key: str
    application_secret: SecretStr
    consumer_key: SecretStr


class BrevoAccount(HttpAccount):
    kind: Literal["brevo"] = "brevo"
    url: str = Field("https://api.brevo.com/v3/transactionalSMS", description="its API")
    key: SecretStr


class OctopushAccount(HttpAccount):
    kind: Literal["octopush"] = "octopush"
    url: str = Field("https://api.octopush.com/v1/public", description="its API")
    login: str
    key: SecretStr


class SmppAccount(SmsAccount):
    """An SMS centre. Its receipts come on the same connection."""

    kind: Literal["smpp"] = "smpp"
    host: str
    port: int = 2775
    system_id: str = Field(max_length=15)
    password: Annotated[SecretStr, Field(max_length=8)]

    @property
    def gives_receipts(self) -> bool:
        return True

    @property
    def where(self) -> str:
        return self.host


class AppriseAccount(SmsAccount):
    """Anything that apprise knows, for SMS or e-mail. Without ids: no receipts, no looking up."""

    kind: Literal["apprise"] = "apprise"
    url: SecretStr = Field(description="apprise's, with {to} where the address goes: vonage://key:secret@Ronde/{to}")


AnySms = Annotated[
    RondeAccount | OvhAccount | BrevoAccount | OctopushAccount | SmppAccount | AppriseAccount,
    Field(discriminator="kind"),
]
AnyMail = Annotated[SmtpAccount | AppriseAccount, Field(discriminator="kind")]
