"""Sessions that lost their room; what is written to an address or an organisation by itself."""

from alembic import op

revision = "0004"
down_revision = "0003"

CHANGES = (
    "ALTER TABLE sessions ADD COLUMN suspended boolean NOT NULL DEFAULT false",
    "ALTER TABLE sessions ALTER COLUMN suspended DROP DEFAULT",
    """
    CREATE TABLE notices (
        id uuid PRIMARY KEY,
        purpose text NOT NULL,
        channel text NOT NULL CHECK (channel IN ('sms', 'email')),
        about text NOT NULL,
        version bigint NOT NULL,
        party_id uuid,
        address text,
        organisation text,
        language text,
        facts jsonb,
        status text NOT NULL DEFAULT 'scheduled'
            CHECK (status IN ('scheduled', 'sending', 'sent', 'failed', 'unknown', 'withdrawn', 'withheld')),
        problem text,
        attempts integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        claimed_at timestamptz,
        expires_at timestamptz NOT NULL,
        CONSTRAINT notices_once UNIQUE (purpose, about, version),
        CONSTRAINT nothing_is_kept_of_what_left
            CHECK (status IN ('scheduled', 'sending') OR (address IS NULL AND facts IS NULL))
    )
    """,
    "CREATE INDEX notices_open ON notices (channel, due_at) WHERE status IN ('scheduled', 'sending')",
    "CREATE INDEX notices_of_a_family ON notices (party_id) WHERE party_id IS NOT NULL",
    """
    CREATE TRIGGER notices_notify AFTER INSERT ON notices
        FOR EACH STATEMENT EXECUTE FUNCTION notify_messages()
    """,
)


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)
