"""Recipients, sessions, links, enrolments, messages."""

from alembic import op
from ronde.migrations import create_bus_v1

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE recipients (
        party_id uuid PRIMARY KEY,
        kind text NOT NULL,
        language text NOT NULL,
        email text,
        phone text
    )
    """,
    """
    CREATE TABLE sessions (
        organiser text NOT NULL,
        session_id uuid NOT NULL,
        title jsonb NOT NULL,
        room_name text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        called_off boolean NOT NULL,
        reason jsonb,
        version bigint NOT NULL,
        PRIMARY KEY (organiser, session_id)
    )
    """,
    """
    CREATE TABLE links (
        enrolment_id uuid PRIMARY KEY,
        url text NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE enrolments (
        enrolment_id uuid PRIMARY KEY,
        reference text NOT NULL,
        party_id uuid NOT NULL REFERENCES recipients,
        party_kind text NOT NULL,
        organiser text NOT NULL,
        session_id uuid NOT NULL,
        children integer NOT NULL,
        state text NOT NULL,
        FOREIGN KEY (organiser, session_id) REFERENCES sessions
    )
    """,
    "CREATE INDEX enrolments_session ON enrolments (organiser, session_id)",
    """
    CREATE TABLE messages (
        id uuid PRIMARY KEY,
        enrolment_id uuid NOT NULL REFERENCES enrolments,
        purpose text NOT NULL,
        channel text NOT NULL CHECK (channel IN ('sms', 'email')),
        version bigint NOT NULL,
        facts jsonb NOT NULL,
        status text NOT NULL DEFAULT 'scheduled'
            CHECK (status IN ('scheduled', 'sending', 'sent', 'failed', 'unknown', 'withdrawn')),
        untrue boolean NOT NULL DEFAULT false,
        attempts integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        claimed_at timestamptz,
        sent_at timestamptz,
        language text,
        provider_id text,
        problem text,
        body_hash bytea,
        CONSTRAINT messages_once UNIQUE (enrolment_id, purpose, version, channel)
    )
    """,
    "CREATE INDEX messages_due ON messages (channel, due_at) WHERE status = 'scheduled'",
    "CREATE INDEX messages_open ON messages (status, channel) WHERE status IN ('sending', 'unknown')",
    """
    CREATE FUNCTION notify_messages() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('notify_messages', ''); RETURN NULL; END $$
    """,
    """
    CREATE TRIGGER messages_notify AFTER INSERT ON messages
        FOR EACH STATEMENT EXECUTE FUNCTION notify_messages()
    """,
)


def upgrade() -> None:
    create_bus_v1(op)
    for statement in TABLES:
        op.execute(statement)
