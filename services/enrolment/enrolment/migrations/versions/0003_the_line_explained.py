"""The order of the line and its log, the organiser's pick among rooms, and who came."""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = """
ALTER TABLE sessions
    ADD points jsonb,
    ADD attended integer NOT NULL DEFAULT 0,
    ADD lost_at timestamptz,
    ADD suspended boolean NOT NULL DEFAULT false;
CREATE INDEX sessions_lost ON sessions (lost_at) WHERE state = 'without-room' AND NOT suspended;
ALTER TABLE enrolments
    ADD first_at timestamptz,
    ADD points integer NOT NULL DEFAULT 0,
    ADD points_for jsonb NOT NULL DEFAULT '{}';
ALTER TABLE reservations ADD version bigint NOT NULL DEFAULT 0, ADD chosen jsonb;

CREATE TABLE line_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organiser text NOT NULL,
    session_id uuid NOT NULL,
    enrolment_id uuid,
    at timestamptz NOT NULL,
    change text NOT NULL,
    by text,
    reason text,
    facts jsonb NOT NULL
);
CREATE INDEX line_changes_of_session ON line_changes (organiser, session_id, id);
CREATE INDEX line_changes_of_enrolment ON line_changes (enrolment_id, id);

CREATE TABLE attendance (
    enrolment_id uuid PRIMARY KEY REFERENCES enrolments (id) ON DELETE CASCADE,
    children integer NOT NULL CHECK (children >= 0),
    adults integer NOT NULL CHECK (adults >= 0),
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL
);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
