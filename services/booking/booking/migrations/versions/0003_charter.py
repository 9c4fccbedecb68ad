"""The charter's versions, and what is asked of the founders."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """
    ALTER TABLE reservations
        DROP CONSTRAINT reservations_state_check,
        ADD CONSTRAINT reservations_state_check CHECK (state IN ('confirmed', 'asked', 'refused', 'cancelled')),
        ADD CONSTRAINT reservations_asked_for_a_room CHECK (state <> 'asked' OR room IS NOT NULL)
    """,
    "DROP INDEX reservations_when",
    "CREATE INDEX reservations_when ON reservations (starts_at) WHERE state IN ('confirmed', 'asked')",
    "CREATE INDEX reservations_whose ON reservations (organisation, starts_at) WHERE state IN ('confirmed', 'asked')",
    """
    CREATE TABLE charters (
        version integer PRIMARY KEY CHECK (version > 0),
        terms jsonb NOT NULL,
        proposed_at timestamptz NOT NULL,
        adopted_at timestamptz,
        dropped_at timestamptz,
        CHECK (num_nonnulls(adopted_at, dropped_at) < 2)
    )
    """,
    # One proposal at a time: two would ask the founders to say yes to both.
    "CREATE UNIQUE INDEX charters_one_proposal ON charters ((true)) WHERE adopted_at IS NULL AND dropped_at IS NULL",
    """
    CREATE TABLE charter_consents (
        version integer NOT NULL REFERENCES charters,
        organisation text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (version, organisation)
    )
    """,
    """
    CREATE TABLE consents (
        id uuid PRIMARY KEY,
        reservation_id uuid NOT NULL REFERENCES reservations DEFERRABLE INITIALLY DEFERRED,
        organisation text NOT NULL,
        version bigint NOT NULL,
        state text NOT NULL CHECK (state IN ('asked', 'given', 'refused', 'withdrawn')),
        charter integer NOT NULL,
        slot jsonb NOT NULL,
        excess jsonb NOT NULL,
        founders text[] NOT NULL,
        until timestamptz NOT NULL,
        asked_at timestamptz NOT NULL,
        settled_at timestamptz,
        CHECK ((state = 'asked') = (settled_at IS NULL))
    )
    """,
    "CREATE UNIQUE INDEX consents_one_at_a_time ON consents (reservation_id) WHERE state = 'asked'",
    "CREATE INDEX consents_due ON consents (until) WHERE state = 'asked'",
    "CREATE INDEX consents_settled ON consents (settled_at) WHERE state <> 'asked'",
    """
    CREATE TABLE answers (
        consent_id uuid NOT NULL REFERENCES consents ON DELETE CASCADE,
        organisation text NOT NULL,
        objection text,
        at timestamptz NOT NULL,
        PRIMARY KEY (consent_id, organisation)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
