"""A house that ran an earlier version: what was asked then has its outcome now."""

import shutil
from pathlib import Path

import pytest
import time_machine
from booking.settings import Settings
from booking.testing import Desk
from booking.testing.charter import TODAY, settled
from ronde.database import Database
from ronde.ids import new_id
from ronde.migrations import upgrade
from ronde.testing import NewDatabase
from sqlalchemy import text

pytestmark = pytest.mark.database
MIGRATIONS = Path(__file__).parents[1] / "booking" / "migrations"
RESERVED = text("""
    INSERT INTO reservations (id, reference, organisation, version, state, room, room_name, starts_at, ends_at,
                              people, created_at, updated_at)
    VALUES (:id, 'R-7K3QX9', 'bottines', 0, 'asked', 'cuisine', 'Cuisine partagée', '2027-01-12 08:00+00',
            '2027-01-12 10:00+00', 4, now(), now())
""")
ASKED = text("""
    INSERT INTO consents (id, reservation_id, organisation, version, state, charter, slot, excess, founders, until,
                          asked_at)
    VALUES (:consent, :id, 'bottines', 1, 'asked', 1, '{"room": "cuisine", "room_name": "Cuisine partagée",
            "starts_at": "2027-01-12T08:00:00Z", "ends_at": "2027-01-12T10:00:00Z"}',
            '[{"code": "beyond-horizon", "reason": {"fr": "C''est loin."}}]', '{relais,acepp}', '2027-01-05', now())
""")


async def test_what_was_asked_before_moves_and_series_could_be_is_granted_after(
    settings: Settings, new_database: NewDatabase, tmp_path: Path
) -> None:
    settings = settings.model_copy(update={"database_url": new_database()})  # without our tables
    earlier = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, earlier)
    for later in earlier.glob("versions/000[6-9]*.py"):
        later.unlink()
    await upgrade(settings.database_url, earlier)
    desk = Desk(Database(settings.database_url, house="villeurbanne", service="booking"), settings)
    ids = {"id": new_id(), "consent": new_id()}
    async with desk.db.transaction() as tx:
        for statement in (RESERVED, ASKED):
            await tx.session.execute(statement, ids)
    await upgrade(settings.database_url, MIGRATIONS)
    with time_machine.travel(TODAY):
        assert await settled(desk) == 1
    assert [type for type, _, _ in await desk.said()] == ["consent.given", "reservation.confirmed"]
    await desk.db.close()
