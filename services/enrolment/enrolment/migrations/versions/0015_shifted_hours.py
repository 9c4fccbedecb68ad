"""The hours that a run proposes instead of those that a flexible wish asked for."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("ALTER TABLE creche_decisions ADD COLUMN shifted text[]")
    op.execute("UPDATE creche_runs SET given = given || '{\"shifted\": {}}' WHERE given IS NOT NULL")
