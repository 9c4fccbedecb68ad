"""Places for adults, when one may enrol, series, sharing, own families and signed charters."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
ALTER TABLE sessions
    ADD adult_places integer CHECK (adult_places > 0),
    ADD adult_seats integer,
    ADD adults_taken integer NOT NULL DEFAULT 0 CHECK (adults_taken >= 0),
    ADD opens_at timestamptz,
    ADD closes_at timestamptz,
    ADD planned_closes_at timestamptz,
    ADD series_id uuid,
    ADD series_title jsonb,
    ADD families_of text[] NOT NULL DEFAULT '{}',
    ADD shared_with text[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT adults_counted_or_not CHECK ((adult_places IS NULL) = (adult_seats IS NULL)),
    ADD CONSTRAINT no_more_adults_than_seats CHECK (adults_taken <= adult_seats);
CREATE INDEX sessions_of_series ON sessions (organiser, series_id) WHERE series_id IS NOT NULL;

ALTER TABLE enrolments ADD adults integer NOT NULL DEFAULT 1 CHECK (adults >= 0);

UPDATE sessions SET adults_taken = (
    SELECT coalesce(sum(adults), 0) FROM enrolments
    WHERE (enrolments.organiser, enrolments.session_id) = (sessions.organiser, sessions.session_id)
      AND enrolments.state IN ('offered', 'confirmed')
);

CREATE TABLE own_families (
    organisation text NOT NULL,
    party_id uuid NOT NULL REFERENCES parties (id) ON DELETE CASCADE,
    PRIMARY KEY (organisation, party_id)
);
CREATE INDEX ix_own_families_party_id ON own_families (party_id);
CREATE TABLE signatures (
    party_id uuid NOT NULL REFERENCES parties (id) ON DELETE CASCADE,
    organisation text NOT NULL,
    version text NOT NULL,
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (party_id, organisation, version)
);
"""

# As in 0001, for adults as well: one statement, so a place for an adult and one for a child are taken together.
COUNT_PLACES = """
CREATE OR REPLACE FUNCTION count_places() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    more_taken integer := 0;
    more_adults integer := 0;
    more_waiting integer := 0;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state IN ('offered', 'confirmed') THEN
        more_taken := -OLD.children;
        more_adults := -OLD.adults;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state IN ('offered', 'confirmed') THEN
        more_taken := more_taken + NEW.children;
        more_adults := more_adults + NEW.adults;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        more_waiting := -(OLD.state = 'waiting')::integer;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        more_waiting := more_waiting + (NEW.state = 'waiting')::integer;
    END IF;
    IF more_taken <> 0 OR more_adults <> 0 OR more_waiting <> 0 THEN
        UPDATE sessions SET
            taken = taken + more_taken,
            seats = CASE WHEN more_taken < 0 THEN greatest(places, taken + more_taken) ELSE seats END,
            adults_taken = adults_taken + more_adults,
            adult_seats = CASE WHEN adult_places IS NOT NULL AND more_adults < 0
                THEN greatest(adult_places, adults_taken + more_adults) ELSE adult_seats END,
            waiting = waiting + more_waiting
        WHERE organiser = coalesce(NEW.organiser, OLD.organiser)
          AND session_id = coalesce(NEW.session_id, OLD.session_id);
    END IF;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE OR REPLACE TRIGGER count_places AFTER INSERT OR DELETE OR UPDATE OF state, children, adults ON enrolments
    FOR EACH ROW EXECUTE FUNCTION count_places()
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(COUNT_PLACES)
    op.execute(TRIGGER)
