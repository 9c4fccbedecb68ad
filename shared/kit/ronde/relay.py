"""Outbox to bus: claims rows, publishes them with pipelined confirms, marks what the broker has.

Order holds per subject: the rows of one subject go one after the other, different subjects go together. Several
relays may run on one database; see ronde.outbox for how they share.
"""

import asyncio
from collections import defaultdict
from datetime import UTC, datetime
from itertools import groupby

from ronde_contracts.envelope import CONTENT_TYPE
from sqlalchemy.ext.asyncio import AsyncEngine

from . import outbox
from .ears import Ears
from .publisher import NotConfirmed, Publisher
from .telemetry import PUBLISH_FAILED, PUBLISHED, log
from .work import Worker

BATCH = 500
LANES_AT_ONCE = 32
"""Of 64: half, so that a second relay finds work while this one waits for confirms."""
TIME_TO_BIND = 8.0
"""Seconds. A consumer whose binding went with the exchange tries again every 5 s at most (see ronde.subscriber)."""

Failure = tuple[outbox.Due, NotConfirmed]


class Relay:
    """Publishes a service's outbox. `url` is the broker's, `user` the service's name there."""

    def __init__(self, engine: AsyncEngine, url: str, *, user: str, timeout: float = 10) -> None:
        self._engine = engine
        self._publisher = Publisher(url, user=user, timeout=timeout)
        # Two, so that one waits for the database while the other waits for the broker.
        self._workers = [Worker(f"relay {number}", self.step, every=1.0) for number in (1, 2)]
        self._ears = Ears(engine, outbox.CHANNEL, self._wake)
        self._suspected = Publisher(url, user=user, timeout=timeout)
        self._alone = asyncio.Lock()
        self._missing: dict[str, float | None] = {}
        """Exchanges that were not there, and since when they are again."""

    async def start(self) -> None:
        for worker in (*self._workers, self._ears):
            worker.start()

    async def stop(self) -> None:
        """Finish the batch under way, then close."""
        for worker in (self._ears, *self._workers):
            await worker.stop()
        await self._publisher.close()
        await self._suspected.close()

    async def step(self) -> bool:
        """One batch; True when there may be more. Raises NotConfirmed while the broker is away."""
        await self._look_for_missing()
        async with self._engine.begin() as connection:
            rows = await outbox.claim(connection, lanes=LANES_AT_ONCE, rows=BATCH)
            if not rows:
                return False
            by_subject: dict[str, list[outbox.Due]] = defaultdict(list)
            for row in rows:
                by_subject[row.subject].append(row)
            results = await asyncio.gather(*(self._tell_subject(queue) for queue in by_subject.values()))
            told = [row for done, _ in results for row in done]
            failed = [failure for _, failure in results if failure is not None]
            away = [(row, problem) for row, problem in failed if problem.away]
            if told:
                await outbox.mark(connection, told)
            for row, problem in failed:
                if not problem.away:
                    await outbox.postpone(connection, row, str(problem))
            if away:
                await outbox.still_due(connection, [row for row, _ in away], str(away[0][1]))
        self._account(told, failed)
        if away:
            raise away[0][1]  # the worker waits, longer each time
        return bool(told)

    def _account(self, told: list[outbox.Due], failed: list[Failure]) -> None:
        for kind, group in groupby(sorted(row.type for row in told)):
            PUBLISHED.labels(kind).inc(len(list(group)))
        for _row, problem in failed:
            PUBLISH_FAILED.labels(problem.reason).inc()
        if failed:
            row, problem = failed[0]
            log.warning(
                "not published yet", rows=len(failed), kind=row.type, attempts=row.attempts + 1, why=str(problem)
            )

    async def _look_for_missing(self) -> None:
        """A deleted exchange comes back without its bindings: give its consumers the time to bind again.

        What is published before that has one reader, the journal, and counts as told.
        """
        now = asyncio.get_running_loop().time()
        for exchange, back in list(self._missing.items()):
            if back is None:
                self._missing[exchange] = now if await self._suspected.has(exchange) else None
            elif now > back + TIME_TO_BIND:
                self._missing.pop(exchange, None)

    async def _tell_subject(self, queue: list[outbox.Due]) -> tuple[list[outbox.Due], Failure | None]:
        """The rows of one subject, in order; stops at the first that is not confirmed.

        A refusal (403, 404) closes the channel under every publish in flight and does not say whose it was: those
        rows are told again one at a time, on a channel of their own, and only the guilty are put off.
        """
        done: list[outbox.Due] = []
        if not queue[0].attempts and queue[0].exchange not in self._missing:
            done, failure = await self._tell(self._publisher, queue)
            if failure is None or failure[1].reason not in ("refused", "missing"):
                return done, failure
            queue = queue[len(done) :]
        async with self._alone:
            row = queue[0]
            if row.exchange in self._missing:
                return done, (row, NotConfirmed("missing", row.exchange))
            more, failure = await self._tell(self._suspected, queue)
            if failure is not None and failure[1].reason == "missing":
                self._missing[row.exchange] = None
            return [*done, *more], failure

    async def _tell(self, publisher: Publisher, queue: list[outbox.Due]) -> tuple[list[outbox.Due], Failure | None]:
        for number, row in enumerate(queue):
            try:
                await publisher.publish(
                    row.exchange,
                    row.routing_key,
                    row.body,
                    message_id=str(row.id),
                    kind=row.type,
                    content_type=CONTENT_TYPE,
                    timestamp=datetime.now(UTC),
                )
            except NotConfirmed as problem:
                return queue[:number], (row, problem)
        return queue, None

    def _wake(self, _said: str) -> None:
        for worker in self._workers:
            worker.wake()
