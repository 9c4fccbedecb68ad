"""Recurring reservations: what was asked, and which occurrence each row is."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    """
    CREATE TABLE series (
        id uuid PRIMARY KEY,
        reference text NOT NULL,
        organisation text NOT NULL,
        version bigint NOT NULL,
        state text NOT NULL CHECK (state IN ('confirmed', 'cancelled')),
        room text NOT NULL,
        zone text NOT NULL,
        rule text NOT NULL,
        first date NOT NULL,
        starts time NOT NULL,
        ends time NOT NULL CHECK (ends > starts),
        without date[] NOT NULL,
        people integer NOT NULL CHECK (people > 0),
        title jsonb,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    """
    ALTER TABLE reservations
        ADD COLUMN series_id uuid REFERENCES series,
        ADD COLUMN occurrence date,
        ADD CHECK (num_nulls(series_id, occurrence) IN (0, 2)),
        ADD CHECK (num_nulls(series_id, session_id) > 0)
    """,
    "CREATE UNIQUE INDEX reservations_occurrence ON reservations (series_id, occurrence) WHERE series_id IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
