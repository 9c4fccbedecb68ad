"""Sessions, families, enrolments and their waiting lists."""

from alembic import op
from ronde.migrations import create_bus_v1

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE sessions (
    organiser text NOT NULL,
    session_id uuid NOT NULL,
    title jsonb NOT NULL,
    places integer NOT NULL,
    from_months integer NOT NULL,
    to_months integer NOT NULL,
    audience text[] NOT NULL,
    planned_starts_at timestamptz NOT NULL,
    planned_ends_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting-for-room', 'open', 'without-room', 'called-off')),
    reason jsonb,
    room_name text,
    starts_at timestamptz,
    ends_at timestamptz,
    seats integer NOT NULL,
    taken integer NOT NULL DEFAULT 0 CHECK (taken >= 0),
    waiting integer NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    version integer NOT NULL DEFAULT 0,
    PRIMARY KEY (organiser, session_id),
    CONSTRAINT no_more_taken_than_seats CHECK (taken <= seats),
    CONSTRAINT open_at_a_time CHECK (state <> 'open' OR (starts_at < ends_at AND room_name IS NOT NULL))
);

CREATE TABLE reservations (
    id uuid PRIMARY KEY,
    organiser text NOT NULL,
    session_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('held', 'refused', 'cancelled')),
    room_name text,
    starts_at timestamptz,
    ends_at timestamptz,
    reason jsonb,
    alternatives jsonb NOT NULL,
    CONSTRAINT held_at_a_time CHECK (state <> 'held' OR (starts_at < ends_at AND room_name IS NOT NULL))
);
CREATE INDEX reservations_of_session ON reservations (organiser, session_id);

CREATE TABLE parties (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('family', 'childminder')),
    name text NOT NULL,
    language text NOT NULL,
    email text,
    phone text,
    registered_by text NOT NULL,
    created_at timestamptz NOT NULL,
    version integer NOT NULL,
    CONSTRAINT can_be_reached CHECK (email IS NOT NULL OR phone IS NOT NULL)
);
CREATE TABLE children (
    id uuid PRIMARY KEY,
    party_id uuid NOT NULL REFERENCES parties (id) ON DELETE CASCADE,
    first_name text NOT NULL,
    born_on date NOT NULL,
    born_exactly boolean NOT NULL
);
CREATE INDEX ix_children_party_id ON children (party_id);

CREATE TABLE enrolments (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    organiser text NOT NULL,
    session_id uuid NOT NULL,
    party_id uuid NOT NULL REFERENCES parties (id),
    party_kind text NOT NULL,
    child_ids uuid[] NOT NULL,
    children integer NOT NULL CHECK (children > 0),
    state text NOT NULL CHECK (state IN
        ('waiting', 'offered', 'confirmed', 'declined', 'expired', 'withdrawn', 'called-off')),
    joined_at timestamptz NOT NULL,
    deadline timestamptz,
    version integer NOT NULL,
    FOREIGN KEY (organiser, session_id) REFERENCES sessions (organiser, session_id),
    CONSTRAINT an_offer_has_a_deadline CHECK ((state = 'offered') = (deadline IS NOT NULL))
);
CREATE UNIQUE INDEX one_active_enrolment ON enrolments (organiser, session_id, party_id)
    WHERE state IN ('waiting', 'offered', 'confirmed');
CREATE INDEX enrolments_in_line ON enrolments (organiser, session_id, number) WHERE state = 'waiting';
CREATE INDEX enrolments_due ON enrolments (deadline) WHERE state = 'offered';
CREATE INDEX ix_enrolments_party_id ON enrolments (party_id);

CREATE TABLE links (
    token_hash bytea PRIMARY KEY,
    enrolment_id uuid NOT NULL REFERENCES enrolments (id) ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('enrolment')),
    expires_at timestamptz NOT NULL
);
CREATE INDEX ix_links_enrolment_id ON links (enrolment_id);
"""

# The places are counted where they are given, so that the constraint judges every way of giving one. The session's
# row is locked by the update: whoever gives a place waits for whoever is giving one.
COUNT_PLACES = """
CREATE FUNCTION count_places() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    more_taken integer := 0;
    more_waiting integer := 0;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        more_taken := more_taken - CASE WHEN OLD.state IN ('offered', 'confirmed') THEN OLD.children ELSE 0 END;
        more_waiting := more_waiting - (OLD.state = 'waiting')::integer;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        more_taken := more_taken + CASE WHEN NEW.state IN ('offered', 'confirmed') THEN NEW.children ELSE 0 END;
        more_waiting := more_waiting + (NEW.state = 'waiting')::integer;
    END IF;
    IF more_taken <> 0 OR more_waiting <> 0 THEN
        UPDATE sessions SET
            taken = taken + more_taken,
            seats = CASE WHEN more_taken < 0 THEN greatest(places, taken + more_taken) ELSE seats END,
            waiting = waiting + more_waiting
        WHERE organiser = coalesce(NEW.organiser, OLD.organiser)
          AND session_id = coalesce(NEW.session_id, OLD.session_id);
    END IF;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER count_places AFTER INSERT OR DELETE OR UPDATE OF state, children ON enrolments
    FOR EACH ROW EXECUTE FUNCTION count_places()
"""


def upgrade() -> None:
    create_bus_v1(op)
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(COUNT_PLACES)
    op.execute(TRIGGER)
