"""Occasional care: freed hours, the families that wish for some, and one offer at a time."""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS = """
CREATE TABLE care_slots (
    id uuid PRIMARY KEY,
    creche text NOT NULL,
    day date NOT NULL,
    hours text NOT NULL,
    child_id uuid REFERENCES creche_children ON DELETE CASCADE,
    look_at timestamptz,
    UNIQUE (child_id, day)
);
CREATE INDEX ix_care_slots_creche ON care_slots (creche, day);
CREATE INDEX ix_care_slots_look_at ON care_slots (look_at) WHERE look_at IS NOT NULL;
CREATE TABLE care_wishes (
    id uuid PRIMARY KEY,
    creche text NOT NULL,
    child_id uuid NOT NULL REFERENCES creche_children ON DELETE CASCADE,
    party_id uuid NOT NULL REFERENCES parties,
    week text[] NOT NULL,
    least_minutes integer NOT NULL CHECK (least_minutes > 0),
    starts_on date NOT NULL,
    ends_on date CHECK (ends_on >= starts_on),
    early boolean NOT NULL,
    live boolean NOT NULL,
    since timestamptz NOT NULL
);
CREATE INDEX ix_care_wishes_creche ON care_wishes (creche);
CREATE INDEX ix_care_wishes_party_id ON care_wishes (party_id);
CREATE UNIQUE INDEX one_live_wish ON care_wishes (child_id) WHERE live;
CREATE TABLE care_offers (
    id uuid PRIMARY KEY,
    slot_id uuid REFERENCES care_slots ON DELETE SET NULL,
    wish_id uuid REFERENCES care_wishes ON DELETE SET NULL,
    creche text NOT NULL,
    child_id uuid NOT NULL REFERENCES creche_children ON DELETE CASCADE,
    day date NOT NULL,
    hours text NOT NULL CHECK (hours <> ''),
    state text NOT NULL CHECK (state IN ('offered', 'booked', 'declined', 'expired', 'withdrawn')),
    why text CHECK (why IN ('not-free', 'family', 'creche')),
    deadline timestamptz,
    absence_id uuid,
    offered_at timestamptz NOT NULL,
    link_hash bytea UNIQUE,
    version integer NOT NULL,
    CONSTRAINT held_until_its_deadline CHECK ((state = 'offered') = (deadline IS NOT NULL)),
    CONSTRAINT withdrawn_says_why CHECK ((state = 'withdrawn') = (why IS NOT NULL))
);
CREATE INDEX ix_care_offers_creche ON care_offers (creche, day);
CREATE INDEX ix_care_offers_slot_id ON care_offers (slot_id);
CREATE INDEX ix_care_offers_wish_id ON care_offers (wish_id);
CREATE INDEX ix_care_offers_child_id ON care_offers (child_id);
CREATE INDEX ix_care_offers_deadline ON care_offers (deadline) WHERE deadline IS NOT NULL;
CREATE UNIQUE INDEX one_question_a_slot ON care_offers (slot_id) WHERE state = 'offered';
CREATE UNIQUE INDEX one_question_a_child ON care_offers (child_id) WHERE state = 'offered';
CREATE UNIQUE INDEX one_offer_a_child_and_day ON care_offers (child_id, day) WHERE state IN ('offered', 'booked')
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
