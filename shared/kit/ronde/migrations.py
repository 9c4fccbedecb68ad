"""Tables brought up to date when a service starts: by whoever comes first, once, however many replicas start."""

import asyncio
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

HERE = Path(__file__).parent / "alembic"

BUS_V1 = """
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL,
    lane smallint NOT NULL,
    subject text NOT NULL,
    exchange text NOT NULL,
    routing_key text NOT NULL,
    type text NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    problem text
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX outbox_unpublished ON outbox (position) WHERE published_at IS NULL;
CREATE INDEX outbox_postponed ON outbox (next_attempt_at) WHERE published_at IS NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;
CREATE TABLE outbox_lanes (lane smallint PRIMARY KEY);
INSERT INTO outbox_lanes SELECT generate_series(0, 63);
CREATE FUNCTION ronde_outbox_notify() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('ronde_outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER outbox_notify AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION ronde_outbox_notify();

CREATE TABLE inbox (
    consumer text NOT NULL,
    source text NOT NULL,
    id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, source, id)
);
CREATE INDEX inbox_received ON inbox (received_at);
CREATE TABLE subject_versions (
    source text NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, subject)
);

CREATE TABLE parked (
    id uuid PRIMARY KEY,
    queue text NOT NULL,
    digest bytea NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    sender text,
    routing_key text NOT NULL,
    content_type text,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    settled_as text CHECK (settled_as IN ('replayed', 'discarded')),
    CHECK ((settled_at IS NULL) = (settled_as IS NULL))
);
CREATE UNIQUE INDEX parked_once ON parked (queue, digest) WHERE settled_at IS NULL;

CREATE TABLE idempotency (
    caller text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status integer NOT NULL,
    content_type text NOT NULL,
    location text,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);
"""


def create_bus_v1(op: Any) -> None:
    """The bus's own tables (outbox, inbox, parked, idempotency): the first thing in a service's first revision."""
    for statement in BUS_V1.split(";\n"):
        if statement.strip():
            op.execute(statement)


async def upgrade(url: str, migrations: Path) -> None:
    """Run what is missing of `migrations/versions`, under an advisory lock that makes other replicas wait."""
    engine = create_async_engine(url, hide_parameters=True)
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(hashtext('ronde migrations'))"))
            await connection.commit()
            try:
                await connection.run_sync(_upgrade, migrations)
                await connection.commit()
            finally:
                await connection.execute(text("SELECT pg_advisory_unlock(hashtext('ronde migrations'))"))
                await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, migrations: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("version_locations", str(migrations / "versions"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def upgrade_now(url: str, migrations: Path) -> None:
    """The same, for a script or a container's one-off command."""
    asyncio.run(upgrade(url, migrations))
