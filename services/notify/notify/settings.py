"""Everything that the environment may change in notify."""

from typing import Literal

from pydantic import Field, SecretStr
from ronde.settings import ServiceSettings


class Settings(ServiceSettings):
    """RONDE_… variables; the providers' secrets are never printed."""

    service: str = "notify"

    smtp_host: str = Field("127.0.0.1", description="the server that takes our e-mail")
    smtp_port: int = Field(25, description="its port")
    smtp_security: Literal["none", "starttls", "tls"] = Field("none", description="none: only on this machine")
    smtp_user: str | None = Field(None, description="signs in with it when given")
    smtp_password: SecretStr | None = None
    mail_from: str = Field("ronde@localhost.localdomain", description="the address that e-mails come from")

    sms_url: str = Field("http://127.0.0.1:8703/sms", description="POST here sends, GET here/<reference> looks up")
    sms_token: SecretStr = Field(SecretStr(""), description="the SMS provider's bearer token")
    sms_sender: str = Field("Ronde", pattern=r"^[A-Za-z0-9]{3,11}$", description="who an SMS says it is from")

    provider_timeout: float = Field(15, gt=0, description="seconds after which we no longer know whether it left")
