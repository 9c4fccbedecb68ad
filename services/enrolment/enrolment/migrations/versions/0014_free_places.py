"""What was said last of a crèche's free places, week by week."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE creche_weeks_told (
            creche text NOT NULL,
            week text NOT NULL,
            free jsonb NOT NULL,
            told_at timestamptz NOT NULL,
            version integer NOT NULL,
            PRIMARY KEY (creche, week)
        )
    """)
