"""Guardians told apart, codes instead of accounts, families merged and families forgotten."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = """
CREATE TABLE guardians (
    id uuid PRIMARY KEY,
    party_id uuid NOT NULL REFERENCES parties (id) ON DELETE CASCADE,
    name text NOT NULL,
    language text NOT NULL,
    email text,
    phone text,
    channel text CHECK (channel IN ('sms', 'email')),
    agreed_at timestamptz,
    agreed_with text
);
CREATE INDEX ix_guardians_party_id ON guardians (party_id);
CREATE INDEX ix_guardians_email ON guardians (email);
CREATE INDEX ix_guardians_phone ON guardians (phone);
INSERT INTO guardians (id, party_id, name, language, email, phone, agreed_at, agreed_with)
    SELECT gen_random_uuid(), id, name, language, lower(email), phone, created_at, registered_by FROM parties;
ALTER TABLE parties
    DROP COLUMN name, DROP COLUMN language, DROP COLUMN email, DROP COLUMN phone,
    ADD COLUMN active_at timestamptz, ADD COLUMN erased_at timestamptz;
UPDATE parties SET active_at = created_at;
ALTER TABLE parties ALTER COLUMN active_at SET NOT NULL;
CREATE INDEX ix_children_born_on ON children (born_on);

CREATE TABLE former_ids (
    id uuid PRIMARY KEY,
    party_id uuid NOT NULL REFERENCES parties (id),
    merged_by text NOT NULL,
    merged_at timestamptz NOT NULL,
    version integer NOT NULL
);
CREATE INDEX ix_former_ids_party_id ON former_ids (party_id);
CREATE TABLE told_apart (
    first_id uuid NOT NULL REFERENCES parties (id) ON DELETE CASCADE,
    second_id uuid NOT NULL REFERENCES parties (id) ON DELETE CASCADE,
    told_by text NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (first_id, second_id),
    CHECK (first_id < second_id)
);

CREATE TABLE codes (
    id uuid PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('enter', 'contact')),
    channel text NOT NULL CHECK (channel IN ('sms', 'email')),
    address text NOT NULL,
    language text NOT NULL,
    guardian_id uuid REFERENCES guardians (id) ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    link_hash bytea NOT NULL UNIQUE,
    proof_hash bytea UNIQUE,
    asked_by bytea NOT NULL,
    asked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    confirmed_at timestamptz
);
CREATE INDEX ix_codes_address ON codes (address);
CREATE INDEX ix_codes_asked_by ON codes (asked_by);
CREATE INDEX ix_codes_guardian_id ON codes (guardian_id);
CREATE TABLE family_links (
    token_hash bytea PRIMARY KEY,
    guardian_id uuid NOT NULL REFERENCES guardians (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX ix_family_links_guardian_id ON family_links (guardian_id);

CREATE TABLE erasures (
    party_id uuid PRIMARY KEY,
    asked_at timestamptz NOT NULL,
    asked_by text NOT NULL
);
CREATE TABLE acknowledgements (
    party_id uuid NOT NULL REFERENCES erasures (party_id),
    who text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (party_id, who)
);
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
