"""Applications for a crèche place, what families say of the criteria, and the links of their pages."""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = """
CREATE TABLE creche_applications (
    id uuid PRIMARY KEY,
    party_id uuid NOT NULL REFERENCES parties,
    commission text NOT NULL,
    first_name text,
    born_on date,
    due_on date,
    entry_on date NOT NULL,
    entry_from date NOT NULL,
    entry_until date NOT NULL,
    wishes jsonb NOT NULL,
    place text NOT NULL CHECK (place IN ('ordinary', 'insertion')),
    with_siblings uuid,
    state text NOT NULL CHECK (state IN ('kept', 'offered', 'admitted', 'waiting', 'withdrawn', 'lapsed')),
    renew_by date,
    reminded_for date,
    entered_by text NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT born_or_due CHECK (num_nonnulls(born_on, due_on) = 1),
    CONSTRAINT entry_in_its_window CHECK (entry_from <= entry_on AND entry_on <= entry_until)
);
CREATE INDEX ix_creche_applications_party_id ON creche_applications (party_id);
CREATE INDEX ix_creche_applications_commission ON creche_applications (commission);
CREATE TABLE creche_application_answers (
    application_id uuid NOT NULL REFERENCES creche_applications ON DELETE CASCADE,
    criterion text NOT NULL,
    creche text,
    claimed boolean NOT NULL,
    points integer CHECK (points > 0),
    seen_by text[] NOT NULL,
    seen_at timestamptz,
    PRIMARY KEY (application_id, criterion),
    CONSTRAINT points_are_seen CHECK ((points IS NULL) = (seen_at IS NULL))
);
CREATE TABLE creche_page_links (
    token_hash bytea PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES creche_applications ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX ix_creche_page_links_application_id ON creche_page_links (application_id)
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
