"""Which provider has a message, what it said of it later, and what was withheld outside production."""

from alembic import op

revision = "0003"
down_revision = "0002"

CHANGES = (
    """
    ALTER TABLE messages
        ADD COLUMN provider text,
        ADD COLUMN told integer NOT NULL DEFAULT 0,
        ADD COLUMN silent_at timestamptz,
        ADD COLUMN withdrawal_said boolean NOT NULL DEFAULT false,
        DROP CONSTRAINT messages_status_check,
        ADD CONSTRAINT messages_status_check CHECK (status IN ('scheduled', 'sending', 'sent', 'failed', 'unknown',
            'withdrawn', 'withheld', 'delivered', 'undeliverable'))
    """,
    "UPDATE messages SET told = attempts, withdrawal_said = true",
    "CREATE INDEX messages_unsaid ON messages (id) WHERE status = 'withdrawn' AND NOT withdrawal_said",
    "CREATE INDEX messages_of_a_provider ON messages (provider, provider_id) WHERE provider_id IS NOT NULL",
    "CREATE INDEX messages_doubtful ON messages (claimed_at) WHERE status = 'unknown' AND silent_at IS NULL",
    """
    CREATE INDEX messages_unheard_of ON messages (provider, sent_at)
        WHERE status = 'sent' AND channel = 'sms' AND silent_at IS NULL
    """,
    """
    CREATE TABLE receipts (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        provider text NOT NULL,
        provider_id text,
        reference uuid,
        status text NOT NULL CHECK (status IN ('delivered', 'undeliverable')),
        code text NOT NULL,
        lasting boolean NOT NULL,
        received_at timestamptz NOT NULL,
        applied_at timestamptz,
        CHECK (provider_id IS NOT NULL OR reference IS NOT NULL),
        CONSTRAINT receipts_once UNIQUE NULLS NOT DISTINCT (provider, provider_id, reference, status)
    )
    """,
    "CREATE INDEX receipts_open ON receipts (id) WHERE applied_at IS NULL",
    "CREATE INDEX receipts_received ON receipts (received_at)",
    """
    CREATE FUNCTION notify_receipts() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('notify_receipts', ''); RETURN NULL; END $$
    """,
    """
    CREATE TRIGGER receipts_notify AFTER INSERT ON receipts
        FOR EACH STATEMENT EXECUTE FUNCTION notify_receipts()
    """,
)


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)
