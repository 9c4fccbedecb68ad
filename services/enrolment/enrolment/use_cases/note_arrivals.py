"""Keep requests to enrol, in the order in which they came: one statement for all that are at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import orjson
from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import text

from enrolment.doorkeys import token_hash

# A request sent twice is the one that came first, and keeps its number; so is that of the other parent.
NOTE = text("""
    WITH came AS (
        SELECT one.*, coalesce(one.known, guardians.party_id) AS party_id
        FROM ROWS FROM (jsonb_to_recordset(CAST(:came AS jsonb)) AS (
            id uuid, organiser text, session_id uuid, known uuid, token text, child_ids uuid[], adults integer,
            agrees_to text, arrived_at timestamptz
        )) WITH ORDINALITY
            AS one (id, organiser, session_id, known, token, child_ids, adults, agrees_to, arrived_at, place)
        LEFT JOIN family_links ON token_hash = decode(one.token, 'hex') AND expires_at > :at
        LEFT JOIN guardians ON guardians.id = guardian_id
    ), first AS (
        SELECT DISTINCT ON (organiser, session_id, party_id) * FROM came
        WHERE party_id IS NOT NULL ORDER BY organiser, session_id, party_id, place
    ), noted AS (
        INSERT INTO arrivals (id, organiser, session_id, party_id, child_ids, adults, agrees_to, arrived_at)
        SELECT id, organiser, session_id, party_id, child_ids, adults, agrees_to, arrived_at FROM first ORDER BY place
        ON CONFLICT (organiser, session_id, party_id) WHERE answered_at IS NULL
            DO UPDATE SET arrived_at = arrivals.arrived_at
        RETURNING organiser, session_id, party_id, id
    )
    SELECT came.place, noted.id FROM came JOIN noted USING (organiser, session_id, party_id)
""")


@dataclass(frozen=True, kw_only=True)
class NewArrival:
    """Somebody wants to enrol: whom staff know (`party_id`), or whose page the `token` opens.

    `agrees_to`: the version of the organiser's charter that they accept. `arrived_at` is when they pressed the button,
    which opening and closing go by.
    """

    organiser: str
    session_id: UUID
    party_id: UUID | None = None
    token: str | None = None
    child_ids: tuple[UUID, ...]
    adults: int
    agrees_to: str | None = None
    arrived_at: datetime


@dataclass(frozen=True, kw_only=True)
class NoteArrivals:
    """In the order in which they came."""

    arrivals: Sequence[NewArrival]


async def note_arrivals(tx: Tx, cmd: NoteArrivals) -> list[UUID | None]:
    """For each its id, by which the answer is asked for; None when the token opens nothing.

    Nothing is decided, and no session is locked.
    """
    rows = [
        {
            "id": uuid4(),  # random: it is part of an address
            "organiser": one.organiser,
            "session_id": one.session_id,
            "known": one.party_id,
            "token": token_hash(one.token).hex() if one.token else None,
            "child_ids": one.child_ids,
            "adults": one.adults,
            "agrees_to": one.agrees_to,
            "arrived_at": one.arrived_at,
        }
        for one in cmd.arrivals
    ]
    found = await tx.session.execute(NOTE, {"came": orjson.dumps(rows).decode(), "at": now()})
    ids = {row.place: row.id for row in found}
    return [ids.get(place) for place in range(1, len(rows) + 1)]
