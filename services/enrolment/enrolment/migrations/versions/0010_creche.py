"""A crèche's children, their weeks and absences, and the team's plan."""

from alembic import op

revision = "0010"
down_revision = "0005"

STATEMENTS = """
CREATE TABLE creche_children (
    id uuid PRIMARY KEY,
    creche text NOT NULL,
    first_name text NOT NULL,
    born_on date NOT NULL,
    walks_from date,
    place text NOT NULL CHECK (place IN ('ordinary', 'insertion'))
);
CREATE INDEX ix_creche_children_creche ON creche_children (creche);
CREATE TABLE creche_contracts (
    id uuid PRIMARY KEY,
    child_id uuid NOT NULL REFERENCES creche_children ON DELETE CASCADE,
    starts_on date NOT NULL,
    ends_on date CHECK (ends_on >= starts_on),
    week text[] NOT NULL,
    exceptions jsonb NOT NULL
);
CREATE INDEX ix_creche_contracts_child_id ON creche_contracts (child_id);
CREATE TABLE creche_absences (
    id uuid PRIMARY KEY,
    child_id uuid NOT NULL REFERENCES creche_children ON DELETE CASCADE,
    starts_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on >= starts_on),
    hours text
);
CREATE INDEX ix_creche_absences_child_id ON creche_absences (child_id);
CREATE TABLE creche_shifts (
    id uuid PRIMARY KEY,
    creche text NOT NULL,
    starts_on date NOT NULL,
    ends_on date CHECK (ends_on >= starts_on),
    week text[] NOT NULL,
    exceptions jsonb NOT NULL,
    first_category boolean NOT NULL
);
CREATE INDEX ix_creche_shifts_creche ON creche_shifts (creche)
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
