"""A partner's request for a room without a session, and rooms held until a deadline."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    "ALTER TABLE reservations ADD COLUMN request_id uuid, ADD UNIQUE (organisation, request_id)",
    """
    ALTER TABLE reservations
        ADD COLUMN held_until timestamptz,
        DROP CONSTRAINT reservations_state_check,
        ADD CONSTRAINT reservations_state_check
            CHECK (state IN ('confirmed', 'asked', 'refused', 'cancelled', 'held', 'expired')),
        ADD CONSTRAINT reservations_held_until CHECK ((state = 'held') = (held_until IS NOT NULL)),
        ADD CONSTRAINT reservations_held_room CHECK (state <> 'held' OR room IS NOT NULL)
    """,
    "DROP INDEX reservations_when",
    "CREATE INDEX reservations_when ON reservations (starts_at) WHERE state IN ('confirmed', 'asked', 'held')",
    "CREATE INDEX reservations_to_expire ON reservations (held_until) WHERE state = 'held'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
