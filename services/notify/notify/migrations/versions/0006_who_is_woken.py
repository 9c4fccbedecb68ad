"""A new message wakes the senders of its channel, and nobody else."""

from alembic import op

revision = "0006"
down_revision = "0005"

CHANGES = (
    """
    CREATE OR REPLACE FUNCTION notify_messages() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_notify('notify_messages', TG_TABLE_NAME || ' ' || channel)
        FROM (SELECT DISTINCT channel FROM inserted) AS channels;
        RETURN NULL;
    END $$
    """,
    *(
        statement
        for table in ("messages", "notices")
        for statement in (
            f"DROP TRIGGER {table}_notify ON {table}",
            f"CREATE TRIGGER {table}_notify AFTER INSERT ON {table} REFERENCING NEW TABLE AS inserted"
            " FOR EACH STATEMENT EXECUTE FUNCTION notify_messages()",
        )
    ),
)


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)
