"""A new message wakes the senders of its channel, and nobody else; dates of a series are told in one message."""

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
    "ALTER TABLE sessions ADD COLUMN series_id uuid",
    "ALTER TABLE messages ADD COLUMN together text, ADD COLUMN carried_by uuid",
    """
    CREATE INDEX messages_together ON messages (guardian_id, together)
        WHERE together IS NOT NULL AND status = 'scheduled'
    """,
    # In the order of the claim: of a hundred thousand due at one moment, it would sort all of them for every twenty.
    "DROP INDEX messages_due",
    "CREATE INDEX messages_due ON messages (channel, due_at, id) WHERE status = 'scheduled'",
    "CREATE INDEX messages_carried ON messages (carried_by) WHERE carried_by IS NOT NULL",
)


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)
