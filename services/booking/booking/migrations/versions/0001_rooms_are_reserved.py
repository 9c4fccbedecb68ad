"""Reservations, and the constraint that judges them."""

from alembic import op
from ronde.migrations import create_bus_v1

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE reservations (
        id uuid PRIMARY KEY,
        reference text NOT NULL,
        organisation text NOT NULL,
        session_id uuid,
        version bigint NOT NULL,
        state text NOT NULL CHECK (state IN ('confirmed', 'refused', 'cancelled')),
        room text,
        room_name text,
        starts_at timestamptz,
        ends_at timestamptz CHECK (ends_at > starts_at),
        people integer CHECK (people > 0),
        title jsonb,
        refusal jsonb,
        refused_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        UNIQUE (organisation, session_id),
        CHECK (num_nulls(room, room_name, starts_at, ends_at) IN (0, 4)),
        CHECK (state <> 'confirmed' OR room IS NOT NULL),
        CHECK (num_nulls(refusal, refused_at) IN (0, 2))
    )
    """,
    "CREATE INDEX reservations_when ON reservations (starts_at) WHERE state = 'confirmed'",
    "CREATE INDEX reservations_refused ON reservations (refused_at) WHERE refusal IS NOT NULL",
    # Deferred: the slot is taken first, and the reservation written when it is known to have one.
    """
    CREATE TABLE occupancies (
        reservation_id uuid NOT NULL REFERENCES reservations ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        space integer NOT NULL,
        during tstzrange NOT NULL CHECK (NOT isempty(during)),
        PRIMARY KEY (reservation_id, space),
        CONSTRAINT occupancies_one_at_a_time
            EXCLUDE USING gist (int4range(space, space, '[]') WITH &&, during WITH &&)
    )
    """,
)


def upgrade() -> None:
    create_bus_v1(op)
    for statement in STATEMENTS:
        op.execute(statement)
