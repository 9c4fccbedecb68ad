"""One Postgres per service: transactions that carry their events, and reads that cannot write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from ronde_contracts.event import Event
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from . import outbox
from .clock import now
from .envelope import seal, source_of
from .ids import new_id
from .telemetry import traceparent

SAID_BEFORE = text("SELECT subject, sequence FROM subject_versions WHERE source = :source AND subject = ANY(:subjects)")


class Tx:
    """One transaction: the rows that change and the events that say so, committed together or not at all."""

    def __init__(self, session: AsyncSession, source: str) -> None:
        self.session = session
        self._source = source
        self._rows: list[outbox.Row] = []

    def publish(self, event: Event, *, sequence: int) -> UUID:
        """Say `event` once this transaction commits; gives the event's id.

        `sequence` is the version of the event's subject: it rises with every event about it.
        """
        id = new_id()
        body = seal(event, id=id, source=self._source, sequence=sequence, time=now(), traceparent=traceparent())
        producer = self._source.rsplit("/", 1)[1]
        key = event.routing_key.replace("*", producer, 1)
        self.post(outbox.Row(id, event.subject, event.exchange, key, event.type, body))
        return id

    async def said_before(self, *subjects: str) -> list[int]:
        """The highest sequence that was said of each; 0 of what is new.

        Of ours only a restore notes it (scripts/backup.py), for what this database has forgotten and hears of again.
        """
        known = {"source": self._source, "subjects": list(subjects)}
        found: dict[str, int] = dict((await self.session.execute(SAID_BEFORE, known)).all())
        return [found.get(subject, 0) for subject in subjects]

    def post(self, row: outbox.Row) -> None:
        """Put a message that is no event (a notice) in the outbox."""
        self._rows.append(row)

    async def write_outbox(self) -> None:
        if self._rows:
            await outbox.write(self.session, self._rows)


class Database:
    """A service's own database. `source` is the CloudEvents source of what it publishes."""

    def __init__(self, url: str, *, house: str, service: str, pool_size: int = 10) -> None:
        # hide_parameters: an error's text reaches logs and parked reasons, a family's telephone must not.
        self.engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_pre_ping=False,
            pool_use_lifo=True,  # a connection knows its statements and their plans: the one used last is the fastest
            pool_timeout=10,
            hide_parameters=True,
            connect_args={"timeout": 5, "command_timeout": 30, "server_settings": {"timezone": "UTC"}},
        )
        self.source = source_of(house, service)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=True)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """Commit at the end, with the events published in between; roll all of it back on any exception."""
        async with self._sessions.begin() as session:
            tx = Tx(session, self.source)
            yield tx
            await tx.write_outbox()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that Postgres itself keeps from writing."""
        async with self._sessions() as session:
            await session.connection(execution_options={"postgresql_readonly": True})
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


def violated(error: IntegrityError, constraint: str) -> bool:
    """Whether it was this constraint that judged."""
    cause: Any = error.orig.__cause__ if error.orig is not None else None
    return getattr(cause, "constraint_name", None) == constraint


def disconnected(error: BaseException) -> bool:
    """Whether the database was away, rather than the statement wrong: waiting helps, retrying elsewhere does not."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        # 08: connection; 57P01-57P03: stopping, crashed, starting up; 53300: no connection left
        return error.connection_invalidated or state[:2] == "08" or state[:3] == "57P" or state == "53300"
    return isinstance(error, (ConnectionError, TimeoutError, OSError))
