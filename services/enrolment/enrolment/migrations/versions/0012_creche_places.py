"""A commission's runs, what its committee decided, and the offers that hold a week."""

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS = """
ALTER TABLE creche_applications DROP CONSTRAINT creche_applications_state_check;
ALTER TABLE creche_applications ADD CONSTRAINT creche_applications_state_check
    CHECK (state IN ('kept', 'offered', 'admitted', 'waiting', 'declined', 'withdrawn', 'lapsed'));
CREATE TABLE creche_runs (
    id uuid PRIMARY KEY,
    commission text NOT NULL,
    criteria text NOT NULL,
    seed text NOT NULL,
    inputs text NOT NULL,
    capacity text NOT NULL,
    result text NOT NULL,
    given jsonb,
    figures jsonb,
    by text NOT NULL,
    at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    CONSTRAINT decided_by_somebody CHECK (num_nonnulls(decided_by, decided_at) <> 1)
);
CREATE INDEX ix_creche_runs_commission ON creche_runs (commission);
CREATE UNIQUE INDEX decided_once ON creche_runs (commission) WHERE decided_at IS NOT NULL;
CREATE TABLE creche_decisions (
    run_id uuid NOT NULL REFERENCES creche_runs ON DELETE CASCADE,
    application_id uuid NOT NULL REFERENCES creche_applications ON DELETE CASCADE,
    number integer NOT NULL,
    points integer NOT NULL,
    proposed integer,
    decided integer,
    departures jsonb NOT NULL,
    still integer NOT NULL,
    account jsonb NOT NULL,
    PRIMARY KEY (run_id, application_id)
);
CREATE INDEX ix_creche_decisions_application_id ON creche_decisions (application_id);
CREATE TABLE creche_place_offers (
    id uuid PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES creche_runs,
    application_id uuid NOT NULL REFERENCES creche_applications ON DELETE CASCADE,
    creche text NOT NULL,
    wish integer NOT NULL,
    week text[] NOT NULL,
    starts_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('offered', 'accepted', 'declined', 'expired', 'withdrawn')),
    deadline timestamptz NOT NULL,
    offered_at timestamptz NOT NULL,
    answered_at timestamptz,
    answered_by text,
    contract_id uuid,
    because jsonb NOT NULL,
    version integer NOT NULL,
    CONSTRAINT a_contract_when_accepted CHECK ((state = 'accepted') = (contract_id IS NOT NULL))
);
CREATE INDEX ix_creche_place_offers_run_id ON creche_place_offers (run_id);
CREATE INDEX ix_creche_place_offers_held ON creche_place_offers (creche, deadline) WHERE state = 'offered';
CREATE UNIQUE INDEX one_live_offer ON creche_place_offers (application_id) WHERE state IN ('offered', 'accepted')
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
