"""Everything that the environment may change, the same for every service."""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS = os.environ.get("RONDE_SECRETS_DIR")
"""A folder of files named like the variables in lower case (`ronde_database_url`), instead of the environment."""


class ServiceSettings(BaseSettings):
    """Read from RONDE_… variables, or files in RONDE_SECRETS_DIR; a service's own settings subclass this one."""

    model_config = SettingsConfigDict(env_prefix="RONDE_", extra="ignore", secrets_dir=SECRETS)

    service: str = Field(description="the service's name: its broker user and first word of its routing keys")
    house_file: Path = Field(Path("deploy/house/villeurbanne.toml"), description="the house, as TOML")
    database_url: str = Field("", description="postgresql+asyncpg://… of the service's own database")
    database_pool: int = Field(10, ge=2, description="connections to the database, at most")
    amqp_url: str = Field("", description="amqp://service:password@broker/vhost")
    http_host: str = Field("127.0.0.1", description="address to listen on")
    http_port: int = Field(8000, description="port to listen on")
    public_url: str = Field("http://127.0.0.1:8000", description="how people reach this service, no slash at the end")
    keys_file: Path | None = Field(None, description="JSON: organisation -> sha256 of its API key, in hex")
    secret: str = Field("", description="signs the staff's sign-in cookies; 32 characters or more")
    migrate: bool = Field(True, description="bring the tables up to date when starting")
    prefetch: int = Field(20, ge=1, le=1000, description="messages handled at once, per kind of event")
    outbox_days: int = Field(14, ge=1, description="days that published rows are kept")
    inbox_days: int = Field(30, ge=7, description="days that the ids of consumed events are kept")
    ready_oldest_seconds: float = Field(60, description="not ready when an event has waited longer than this to leave")
