"""Requests to enrol, in the order in which they arrived."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = """
CREATE TABLE arrivals (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    organiser text NOT NULL,
    session_id uuid NOT NULL,
    party_id uuid NOT NULL,
    child_ids uuid[] NOT NULL,
    adults integer NOT NULL,
    agrees_to text,
    arrived_at timestamptz NOT NULL,
    answered_at timestamptz,
    enrolment_id uuid,
    position integer,
    refusal jsonb
);
CREATE UNIQUE INDEX one_unanswered_arrival ON arrivals (organiser, session_id, party_id) WHERE answered_at IS NULL;
CREATE INDEX arrivals_unanswered ON arrivals (number) WHERE answered_at IS NULL;
CREATE INDEX arrivals_of_party ON arrivals (party_id)
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
