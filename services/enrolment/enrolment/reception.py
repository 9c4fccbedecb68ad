"""Where requests to enrol arrive: kept in their order before the database is asked for anything else.

Thousands may come at once. None of them holds a connection or waits for a session's lock: what has come is written
down by one statement for all, and answered by one transaction for many, by one worker each.
"""

import asyncio
from contextlib import suppress
from uuid import UUID

from ronde.database import Database, disconnected
from ronde.telemetry import log
from ronde.work import Worker

from enrolment import queries
from enrolment.settings import Terms
from enrolment.use_cases.answer_arrivals import answer_arrivals, set_aside_first
from enrolment.use_cases.note_arrivals import NewArrival, NoteArrivals, note_arrivals

TOGETHER = 500
"""Written down by one statement."""
PATIENCE = 2.0
"""Seconds that a request waits for its answer; after that its page tells, and says so."""


class Reception:
    """One a process; its `workers` are started with the service."""

    def __init__(self, db: Database, terms: Terms) -> None:
        self._db, self._terms = db, terms
        self.patience = PATIENCE
        self._come: list[tuple[NewArrival, asyncio.Future[UUID | None]]] = []
        self._answered: dict[UUID, asyncio.Event] = {}
        self._noting = Worker("note arrivals", self._note, every=60)
        self._answering = Worker("answer arrivals", self._answer, every=1)
        self.workers = [self._noting, self._answering]

    async def arrive(self, *arrivals: NewArrival) -> list[UUID | None]:
        """Their ids once they are kept for good; mostly they are answered by then. None: the token opens nothing.

        Raises what the database said when it could not keep them.
        """
        come = [(one, asyncio.get_running_loop().create_future()) for one in arrivals]
        self._come += come
        self._noting.wake()
        ids = await asyncio.gather(*(kept for _, kept in come))
        waiting = [self._answered[id].wait() for id in ids if id in self._answered]
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*waiting), self.patience)
        return ids

    async def turn(self, organiser: str, session_id: UUID) -> None:
        """Wait until those are answered who came before: for who enrols in another way, at the desk."""
        async with self._db.reading() as session:
            last = await queries.last_unanswered(session, organiser, session_id)
        if last is not None:
            await self._answered.setdefault(last, asyncio.Event()).wait()

    async def _note(self) -> bool:
        come, self._come = self._come[:TOGETHER], self._come[TOGETHER:]
        if not come:
            return False
        try:
            async with self._db.transaction() as tx:
                ids = await note_arrivals(tx, NoteArrivals(arrivals=[arrival for arrival, _ in come]))
        except Exception as error:
            for _, kept in come:
                if not kept.done():
                    kept.set_exception(error)
            raise
        for (_, kept), id in zip(come, ids, strict=True):
            if id is not None:
                self._answered.setdefault(id, asyncio.Event())
            if not kept.done():  # else whoever asked has gone away; the request stands
                kept.set_result(id)
        self._answering.wake()
        return bool(self._come)

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
