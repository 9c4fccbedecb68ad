"""Messages that wait when notify is updated still leave, once, to whom they were for."""

import shutil
from datetime import timedelta
from pathlib import Path

import notify
import pytest
from notify.sending import Sender
from notify.settings import Terms
from notify.testing import TUESDAY, Family, Postbox, Workshop
from notify.wording import Wording
from ronde.clock import now
from ronde.database import Database
from ronde.migrations import upgrade
from ronde.testing import NewDatabase
from sqlalchemy import text

pytestmark = pytest.mark.database
MIGRATIONS = Path(notify.__file__).parent / "migrations"
ROWS = (
    "INSERT INTO recipients VALUES (:party, 'family', 'fr', NULL, :phone)",
    """INSERT INTO sessions VALUES ('relais', :session, '{"fr": "Éveil"}', 'Salle', :starts, :ends, false, NULL, 1)""",
    "INSERT INTO links VALUES (:enrolment, :link, :ends)",
    "INSERT INTO enrolments VALUES (:enrolment, 'I-TEST', :party, 'family', 'relais', :session, 1, 'waiting')",
    """INSERT INTO messages (id, enrolment_id, purpose, channel, version, facts, status, created_at, due_at)
       VALUES
           (gen_random_uuid(), :enrolment, 'enrolment-waiting', 'sms', 1, '{"position": 1}', 'scheduled', :now, :now),
           (gen_random_uuid(), :enrolment, 'enrolment-offered', 'sms', 2, '{}', 'sent', :now, :now)""",
)


async def test_what_waited_before_an_update_leaves_after_it(
    new_database: NewDatabase, tmp_path: Path, phones: Postbox, wording: Wording, terms: Terms
) -> None:
    family, workshop = Family(email=None), Workshop()
    (tmp_path / "versions").mkdir()
    shutil.copy(MIGRATIONS / "versions" / "0001_messages.py", tmp_path / "versions")
    database_url = new_database()
    await upgrade(database_url, tmp_path)
    db = Database(database_url, house="villeurbanne", service="notify")
    known = {
        "party": family.party_id,
        "phone": family.phone,
        "session": workshop.session_id,
        "enrolment": family.enrolment_id,
        "link": family.link,
        "starts": TUESDAY,
        "ends": TUESDAY + timedelta(hours=2),
        "now": now(),
    }
    async with db.transaction() as tx:
        for row in ROWS:
            statement = text(row.replace('": ', '"\\: '))
            await tx.session.execute(statement, {name: value for name, value in known.items() if f":{name}" in row})
    await db.close()
    await upgrade(database_url, MIGRATIONS)
    db = Database(database_url, house="villeurbanne", service="notify")
    sms = Sender(db, "sms", phones, wording, terms, lease=timedelta(minutes=2))
    while await sms.send():
        pass
    [told] = phones.texts(family.phone)
    assert told.startswith("C'est complet")
    assert family.link in told
    await db.close()
