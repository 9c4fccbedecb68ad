"""What the catcher's environment may change (RONDE_CATCHER_…); its command line says the same."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CatcherSettings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="RONDE_CATCHER_", extra="ignore", cli_kebab_case=True, cli_prog_name="python -m ronde.catcher"
    )

    host: str = Field("127.0.0.1", description="address to listen on")
    http_port: int = Field(8703, description="the page and the SMS door; 0 for any free port")
    smtp_port: int = Field(8704, description="the SMTP server; 0 for any free port")
    data: Path | None = Field(None, description="keeps the messages, one JSON object a line; none: in memory only")
    sms_token: str = Field("", description="the bearer token that the SMS door asks for; empty: any will do")
    receipts_url: str = Field("", description="where it POSTs that an SMS arrived; empty: it does not say")
    receipts_secret: str = Field("", description="signs that")
    house_file: Path | None = Field(None, description="the house, for its name and its mark")
