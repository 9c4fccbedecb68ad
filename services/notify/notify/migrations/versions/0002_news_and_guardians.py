"""Guardians told apart; what there is to tell apart from the messages; suppressions, tasks, who was erased."""

from alembic import op

revision = "0002"
down_revision = "0001"

CHANGES = (
    "ALTER TABLE enrolments DROP CONSTRAINT enrolments_party_id_fkey",
    "ALTER TABLE enrolments DROP CONSTRAINT enrolments_organiser_session_id_fkey",
    "ALTER TABLE enrolments ADD COLUMN deadline timestamptz, ADD COLUMN said_at timestamptz NOT NULL DEFAULT now()",
    "ALTER TABLE enrolments ALTER COLUMN said_at DROP DEFAULT",
    "CREATE INDEX enrolments_party ON enrolments (party_id)",
    """
    ALTER TABLE recipients
        ADD COLUMN guardian_id uuid,
        ADD COLUMN channel text CHECK (channel IN ('sms', 'email')),
        ADD COLUMN quiet_from time,
        ADD COLUMN quiet_until time,
        ADD COLUMN promotional boolean NOT NULL DEFAULT false,
        ADD COLUMN token text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', '') UNIQUE,
        ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT now(),
        ADD CONSTRAINT quiet_hours_begin_and_end CHECK ((quiet_from IS NULL) = (quiet_until IS NULL)),
        DROP CONSTRAINT recipients_pkey
    """,
    "UPDATE recipients SET guardian_id = party_id",
    "ALTER TABLE recipients ADD PRIMARY KEY (party_id, guardian_id), ALTER COLUMN recorded_at DROP DEFAULT",
    "CREATE INDEX recipients_phone ON recipients (phone)",
    "CREATE INDEX recipients_email ON recipients (lower(email))",
    "ALTER TABLE links ADD COLUMN party_id uuid",
    "UPDATE links l SET party_id = e.party_id FROM enrolments e WHERE e.enrolment_id = l.enrolment_id",
    """
    CREATE TABLE suppressions (
        channel text NOT NULL CHECK (channel IN ('sms', 'email')),
        address_hash bytea NOT NULL,
        why text NOT NULL CHECK (why IN ('stop', 'hard-bounce')),
        since timestamptz NOT NULL,
        PRIMARY KEY (channel, address_hash)
    )
    """,
    "CREATE TABLE erased (party_id uuid PRIMARY KEY, erased_at timestamptz NOT NULL)",
    """
    CREATE TABLE news (
        id uuid PRIMARY KEY,
        party_id uuid NOT NULL,
        enrolment_id uuid NOT NULL REFERENCES enrolments ON DELETE CASCADE,
        purpose text NOT NULL,
        about text NOT NULL,
        version bigint NOT NULL,
        facts jsonb NOT NULL,
        cause text NOT NULL,
        said_at timestamptz NOT NULL,
        heard_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        waits_for text CHECK (waits_for IN ('session', 'contact', 'link')),
        addressed_at timestamptz,
        withdrawn_at timestamptz,
        CONSTRAINT news_once UNIQUE (party_id, purpose, about, version)
    )
    """,
    "CREATE INDEX news_enrolment ON news (enrolment_id)",
    "CREATE INDEX news_waiting ON news (heard_at) WHERE addressed_at IS NULL AND withdrawn_at IS NULL",
    """
    INSERT INTO news (id, party_id, enrolment_id, purpose, about, version, facts, cause, said_at, heard_at, due_at,
                      addressed_at)
    SELECT DISTINCT ON (m.enrolment_id, m.purpose, m.version)
           gen_random_uuid(), e.party_id, m.enrolment_id, m.purpose, m.enrolment_id::text, m.version, m.facts,
           'not kept', m.created_at, m.created_at, m.created_at, m.created_at
    FROM messages m JOIN enrolments e ON e.enrolment_id = m.enrolment_id
    ORDER BY m.enrolment_id, m.purpose, m.version, m.created_at
    """,
    """
    ALTER TABLE messages
        ADD COLUMN news_id uuid REFERENCES news ON DELETE CASCADE,
        ADD COLUMN guardian_id uuid,
        ADD COLUMN address_hash bytea
    """,
    """
    UPDATE messages SET news_id = news.id, guardian_id = news.party_id FROM news
    WHERE (news.enrolment_id, news.purpose, news.version) = (messages.enrolment_id, messages.purpose, messages.version)
    """,
    """
    ALTER TABLE messages
        DROP CONSTRAINT messages_once,
        DROP COLUMN enrolment_id, DROP COLUMN purpose, DROP COLUMN version, DROP COLUMN facts,
        ALTER COLUMN news_id SET NOT NULL,
        ALTER COLUMN guardian_id SET NOT NULL,
        ADD CONSTRAINT messages_once UNIQUE (news_id, guardian_id, channel)
    """,
    "CREATE INDEX messages_of_a_day ON messages (guardian_id, claimed_at)",
    """
    CREATE TABLE tasks (
        id uuid PRIMARY KEY,
        news_id uuid NOT NULL REFERENCES news ON DELETE CASCADE,
        guardian_id uuid NOT NULL,
        code text NOT NULL,
        opened_at timestamptz NOT NULL,
        done_at timestamptz,
        done_by text,
        CONSTRAINT tasks_once UNIQUE (news_id, guardian_id)
    )
    """,
    "CREATE INDEX tasks_open ON tasks (opened_at) WHERE done_at IS NULL",
)


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)
