"""Moves and series that are asked of the founders, and rooms reserved for a family."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    # A row that `moves` another holds the slot asked for, beside the one that is held, as long as it is asked.
    """
    ALTER TABLE reservations
        ADD COLUMN consent_id uuid,
        ADD COLUMN moves uuid,
        ADD COLUMN for_family boolean NOT NULL DEFAULT false
    """,
    """
    UPDATE reservations SET consent_id = consents.id FROM consents
    WHERE consents.reservation_id = reservations.id AND consents.state = 'asked' AND reservations.state = 'asked'
    """,
    """
    ALTER TABLE reservations
        ADD FOREIGN KEY (consent_id) REFERENCES consents DEFERRABLE INITIALLY DEFERRED,
        ADD FOREIGN KEY (moves) REFERENCES reservations DEFERRABLE INITIALLY DEFERRED,
        ADD CONSTRAINT reservations_asked_of_somebody CHECK ((state = 'asked') = (consent_id IS NOT NULL)),
        ADD CONSTRAINT reservations_moves_while_asked CHECK (moves IS NULL OR state = 'asked')
    """,
    "CREATE INDEX reservations_asked ON reservations (consent_id) WHERE consent_id IS NOT NULL",
    "CREATE UNIQUE INDEX reservations_one_move ON reservations (moves) WHERE moves IS NOT NULL",
    # What a move takes beside its own slot can be a piece before it and a piece after it.
    """
    ALTER TABLE occupancies
        DROP CONSTRAINT occupancies_pkey,
        ADD PRIMARY KEY (reservation_id, space, during)
    """,
    """
    ALTER TABLE consents
        ADD COLUMN replaces jsonb,
        ADD COLUMN series_id uuid REFERENCES series,
        ADD COLUMN occurrences jsonb NOT NULL DEFAULT '[]'
    """,
    "CREATE INDEX consents_series ON consents (series_id) WHERE series_id IS NOT NULL",
    """
    ALTER TABLE series
        DROP CONSTRAINT series_state_check,
        ADD CONSTRAINT series_state_check CHECK (state IN ('confirmed', 'asked', 'refused', 'cancelled'))
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
