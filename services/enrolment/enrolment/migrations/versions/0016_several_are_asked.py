"""Several families may be asked about the same hours at once, by the crèche's rule: the first yes has them."""

from alembic import op

revision = "0016"
down_revision = "0015"

STATEMENTS = """
ALTER TABLE care_offers ADD COLUMN nth smallint NOT NULL DEFAULT 0 CHECK (nth BETWEEN 0 AND 4);
ALTER TABLE care_offers ALTER COLUMN nth DROP DEFAULT;
DROP INDEX one_question_a_slot;
CREATE UNIQUE INDEX one_nth_question_a_slot ON care_offers (slot_id, nth) WHERE state = 'offered';
ALTER TABLE care_offers DROP CONSTRAINT care_offers_why_check;
ALTER TABLE care_offers ADD CONSTRAINT care_offers_why_check CHECK (why IN ('not-free', 'taken', 'family', 'creche'))
"""


def upgrade() -> None:
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
