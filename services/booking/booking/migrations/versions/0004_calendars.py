"""Addresses of calendars, and which reservation an imported event became."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """
    CREATE TABLE calendars (
        id uuid PRIMARY KEY,
        organisation text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('house', 'room', 'organisation')),
        about text NOT NULL,
        token_hash bytea NOT NULL UNIQUE,
        created_at timestamptz NOT NULL,
        ended_at timestamptz
    )
    """,
    "CREATE UNIQUE INDEX calendars_one_live ON calendars (organisation, kind, about) WHERE ended_at IS NULL",
    "CREATE INDEX reservations_cancelled ON reservations (updated_at) WHERE state = 'cancelled'",
    """
    CREATE TABLE imported_events (
        organisation text NOT NULL,
        uid text NOT NULL,
        recurrence text NOT NULL,
        reservation_id uuid NOT NULL REFERENCES reservations ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        asked jsonb NOT NULL,
        imported_at timestamptz NOT NULL,
        PRIMARY KEY (organisation, uid, recurrence)
    )
    """,
    "CREATE INDEX imported_events_reservation ON imported_events (reservation_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
