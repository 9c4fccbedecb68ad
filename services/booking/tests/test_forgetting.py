"""Booking holds nothing of families, but a message about one may have been put aside."""

import pytest
from booking.consumers import consuming
from booking.settings import Settings
from ronde.clock import now
from ronde.database import Database
from ronde.envelope import Received
from ronde.ids import new_id
from ronde_contracts.enrolment import FamilyErased
from sqlalchemy import text

pytestmark = pytest.mark.database
PARKED = text("""
    INSERT INTO parked (id, queue, digest, reason, detail, routing_key, headers, body)
    VALUES (gen_random_uuid(), 'booking.session.planned.v1', '', 'not-json', '', 'x', '{}', :body)
""")


async def test_what_was_put_aside_about_a_family_goes_and_booking_says_so(db: Database, settings: Settings) -> None:
    erased = FamilyErased(party_id=new_id(), party_kind="family")
    handler = next(one.handler for one in consuming(settings).all if one.event is FamilyErased)
    async with db.transaction() as tx:
        await tx.session.execute(PARKED, {"body": f"Camille, {erased.party_id}".encode()})
    heard = Received(
        new_id(), "/villeurbanne/enrolment", "enrolment", erased.type, erased.subject, 4, now(), None, erased
    )
    async with db.transaction() as tx:
        await handler(tx, heard)
    async with db.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM parked")) == 0
        said = (await session.execute(text("SELECT type, subject FROM outbox"))).all()
    assert [tuple(row) for row in said] == [("erasure.acknowledged.v1", erased.subject)]
