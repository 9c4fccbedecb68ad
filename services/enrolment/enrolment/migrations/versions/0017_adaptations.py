"""The days in which a child gets used to the crèche, instead of its contract's."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE creche_adaptations (
            id uuid PRIMARY KEY,
            child_id uuid NOT NULL REFERENCES creche_children ON DELETE CASCADE,
            starts_on date NOT NULL,
            ends_on date NOT NULL CHECK (ends_on >= starts_on),
            days jsonb NOT NULL
        )
    """)
    op.execute("CREATE INDEX ix_creche_adaptations_child_id ON creche_adaptations (child_id)")
