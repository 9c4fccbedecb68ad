"""What the bus's own tables hold of somebody goes as a whole, and nobody else's does."""

from collections.abc import AsyncIterator

import pytest
from ronde.database import Database
from ronde.forgetting import forget, forget_messages
from ronde.ids import new_id
from ronde.migrations import upgrade
from ronde.rig import MIGRATIONS
from sqlalchemy import text

pytestmark = pytest.mark.database
GONE, STAYS = str(new_id()), str(new_id())
KEYS = ("enrolment.contact.recorded.v1", "enrolment.code.issued.v1")
PARK = text("""
    INSERT INTO parked (id, queue, digest, reason, detail, routing_key, headers, body)
    VALUES (gen_random_uuid(), 'notify', uuid_send(gen_random_uuid()), 'not-json', '', :key,
        CAST(:headers AS jsonb), :body)
""")
ANSWER = text("""
    INSERT INTO idempotency (caller, key, request_hash, status, content_type, body)
    VALUES ('relais', :key, '', 201, 'application/json', :body)
""")
TELL = text("""
    INSERT INTO outbox (id, lane, subject, exchange, routing_key, type, body)
    VALUES (gen_random_uuid(), 1, 'one', :exchange, :key, 'x', :body)
""")


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """With something about both of them in every table."""
    await upgrade(database_url, MIGRATIONS)
    db = Database(database_url, house="villeurbanne", service="notify")
    async with db.transaction() as tx:
        for id in (GONE, STAYS):
            body = f'{{"party_id": "{id}", "to": "zoé@example.org"}}'.encode()
            for key in KEYS:
                await tx.session.execute(PARK, {"key": key, "headers": "{}", "body": key.encode() + body})
                await tx.session.execute(TELL, {"exchange": "ronde.private", "key": key, "body": body})
            await tx.session.execute(
                PARK, {"key": "x", "headers": f'{{"ce-subject": "{id}"}}', "body": id[:8].encode()}
            )
            await tx.session.execute(TELL, {"exchange": "ronde.events", "key": "x", "body": body})
            await tx.session.execute(ANSWER, {"key": id, "body": body})
    yield db
    await db.close()


async def left(db: Database, word: str) -> dict[str, int]:
    """How many rows of each table have the word in them."""
    found = {}
    async with db.reading() as session:
        for table in ("parked", "outbox", "idempotency"):
            asked = f"SELECT count(*) FROM {table} WHERE position(convert_to(:word, 'UTF8') IN body) > 0"  # noqa: S608
            asked += " OR position(:word IN headers::text) > 0" if table == "parked" else ""
            found[table] = await session.scalar(text(asked), {"word": word}) or 0
    return found


async def test_one_is_forgotten_and_the_other_is_not(db: Database) -> None:
    before = await left(db, STAYS)
    assert before == {"parked": 3, "outbox": 3, "idempotency": 1}
    async with db.transaction() as tx:
        await forget(tx.session, [GONE])
    assert await left(db, STAYS) == before
    # An id that was said to everybody names nobody once it stands alone.
    assert await left(db, GONE) == {"parked": 0, "outbox": 1, "idempotency": 0}


async def test_who_knows_an_address_only_names_the_kind_of_message(db: Database) -> None:
    async with db.transaction() as tx:
        await forget_messages(tx.session, KEYS[1], ["zoé@example.org"])
        await forget_messages(tx.session, "%", [])
    assert await left(db, "zoé@example.org") == {"parked": 2, "outbox": 4, "idempotency": 2}
