"""Codes to come in with, until they have left."""

from alembic import op

revision = "0004"
down_revision = "0001"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE codes (
            id uuid PRIMARY KEY,
            purpose text NOT NULL CHECK (purpose IN ('enter', 'contact')),
            channel text NOT NULL CHECK (channel IN ('sms', 'email')),
            address text NOT NULL,
            language text NOT NULL,
            code text NOT NULL,
            url text NOT NULL,
            party_id uuid,
            expires_at timestamptz NOT NULL,
            due_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX codes_due ON codes (channel, due_at)")
