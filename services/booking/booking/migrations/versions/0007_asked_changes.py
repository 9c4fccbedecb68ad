"""Changes of a series that are asked of the founders as a whole: what they change is kept until then."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("ALTER TABLE consents ADD COLUMN change jsonb")
