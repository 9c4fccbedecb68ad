"""What a family has with a crèche hangs on no session."""

from alembic import op

revision = "0005"
down_revision = "0004"

CHANGES = (
    """
    ALTER TABLE enrolments
        ALTER COLUMN organiser DROP NOT NULL,
        ALTER COLUMN session_id DROP NOT NULL,
        ALTER COLUMN children DROP NOT NULL,
        ADD CONSTRAINT a_session_has_an_organiser
            CHECK (session_id IS NULL OR (organiser IS NOT NULL AND children IS NOT NULL))
    """,
)


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)
