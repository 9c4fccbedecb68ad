"""The bus's tables, and one that counts effects."""

from alembic import op
from ronde.migrations import create_bus_v1

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_bus_v1(op)
    op.execute(
        "CREATE TABLE effects (position bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL,"
        " subject text NOT NULL, sequence bigint)"
    )
