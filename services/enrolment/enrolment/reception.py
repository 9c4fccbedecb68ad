"""Where requests to enrol arrive: kept in their order before the database is asked for anything else.

Thousands may come at once. None of them holds a connection or waits for a session's lock: what has come is written
down by one statement for all, answered by one transaction for many, and looked at by one statement for all.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from ronde.database import Database, disconnected
from ronde.telemetry import log
from ronde.work import Worker

from enrolment import queries
from enrolment.queries import ArrivalSeen, Look
from enrolment.settings import Terms
from enrolment.together import Together
from enrolment.use_cases.answer_arrivals import answer_arrivals, set_aside_first
from enrolment.use_cases.note_arrivals import NewArrival, NoteArrivals, note_arrivals

PATIENCE = 2.0
"""Seconds that a request waits for its answer; after that its page tells, and says so."""


class Reception:
    """One a process; its `workers` are started with the service."""

    def __init__(self, db: Database, terms: Terms) -> None:
        self._db, self._terms = db, terms
        self.patience = PATIENCE
        self._answered: dict[UUID, asyncio.Event] = {}
        self._noting = Together("note arrivals", self._note, at_most=500)
        self._looking = Together("look at arrivals", self._look, at_most=200)
        self._answering = Worker("answer arrivals", self._answer, every=1)
        self.workers = [self._noting.worker, self._looking.worker, self._answering]

    async def arrive(self, *arrivals: NewArrival) -> list[UUID | None]:
        """Their ids once they are kept for good; mostly they are answered by then. None: the token opens nothing.

        Raises what the database said when it could not keep them.
        """
        ids = await self._noting.ask(arrivals)
        waiting = [self._answered[id].wait() for id in ids if id in self._answered]
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*waiting), self.patience)
        return ids

    async def look(self, token: str, ids: Sequence[UUID]) -> list[ArrivalSeen]:
        """Those of these requests that are of the family whose page the token opens."""
        seen = await self._looking.ask([Look(token=token, id=id) for id in ids])
        return [one for one in seen if one is not None]

    async def turn(self, organiser: str, session_id: UUID | None = None) -> None:
        """Wait until those are answered who came before, to any of the organiser's sessions when none is named.

        For who enrols in another way: staff at the desk, a member's program.
        """
        async with self._db.reading() as session:
            last = await queries.last_unanswered(session, organiser, session_id)
        if last is not None:
            await self._answered.setdefault(last, asyncio.Event()).wait()

    async def _note(self, arrivals: Sequence[NewArrival]) -> list[UUID | None]:
        async with self._db.transaction() as tx:
            ids = await note_arrivals(tx, NoteArrivals(arrivals=arrivals))
        for id in ids:
            if id is not None:
                self._answered.setdefault(id, asyncio.Event())
        self._answering.wake()
        return ids

    async def _look(self, looks: Sequence[Look]) -> list[ArrivalSeen | None]:
        async with self._db.reading() as session:
            return await queries.arrivals(session, looks)

    async def _answer(self) -> bool:
        try:
            async with self._db.transaction() as tx:
                more = await answer_arrivals(tx, self._terms)
        except Exception as error:
            if disconnected(error):
                raise
            log.exception("arrivals not answered together, one of them alone")
            more = await self._answer_one()
        if self._answered:
            async with self._db.reading() as session:
                for id in await queries.answered(session, self._answered):
                    self._answered.pop(id).set()
        return more

    async def _answer_one(self) -> bool:
        """One that nobody can answer is set aside: it must not hold up those behind it."""
        try:
            async with self._db.transaction() as tx:
                return await answer_arrivals(tx, self._terms, together=1)
        except Exception as error:
            if disconnected(error):
                raise
            async with self._db.transaction() as tx:
                await set_aside_first(tx)
            return True
