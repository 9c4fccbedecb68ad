"""News keeps the trace that it belongs to, and a restored house what it may have told before."""

from alembic import op

revision = "0007"
down_revision = "0006"

CHANGES = (
    "ALTER TABLE news ADD COLUMN trace text, ADD COLUMN again boolean NOT NULL DEFAULT false",
    "CREATE TABLE restored (restored_at timestamptz PRIMARY KEY)",
    """
    CREATE TABLE told_before (
        message_id uuid PRIMARY KEY,
        party_id uuid NOT NULL,
        organiser text,
        session_id uuid,
        purpose text NOT NULL,
        channel text NOT NULL,
        sent_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX told_before_party ON told_before (party_id, session_id)",
)


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)
