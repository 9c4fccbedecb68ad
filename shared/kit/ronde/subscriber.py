"""Bus to inbox: one quorum queue per service and event, one transaction per message, nothing lost and nothing twice.

FastStream reads from the broker; what happens to a message is decided here. It is acknowledged when, and only when,
its effect is committed, or it is safe elsewhere (on the ladder, or parked).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from faststream import AckPolicy
from faststream.rabbit import Channel, ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitMessage, RabbitQueue
from ronde_contracts.event import Event
from sqlalchemy import text

from . import parking
from .database import Database, Tx, disconnected
from .envelope import Received, Unacceptable, open_envelope
from .inbox import Verdict, judge
from .publisher import NotConfirmed, Publisher, beating
from .retry import SAID_AGAIN, NotKnownYet, Origin, come_back
from .telemetry import CONSUMED, HANDLER, PARKED, REDELIVERED, enter_trace, log
from .work import asked_to_stop

__all__ = ["Consumers", "NotKnownYet", "Received", "Subscriptions", "Unacceptable"]

WATCH_TIMEOUT = 15
"""Seconds for the broker to answer the watch: it notices a frozen one before the heartbeat does (33 s)."""
LATE = timedelta(minutes=1)
DELIVERY_LIMIT = 20
"""Only against a handler that kills its process: the broker drops nothing that merely fails, the ladder takes it."""

E = TypeVar("E", bound=Event)
Handler = Callable[[Tx, Received[Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One kind of event and what the service does with it; `overtaken` with one that is stale when it comes."""

    queue: str
    event: type[Event]
    handler: Handler
    overtaken: Handler | None = None

    def handler_for(self, verdict: Verdict) -> Handler | None:
        """None: there is nothing to do."""
        return {Verdict.NEW: self.handler, Verdict.STALE: self.overtaken}.get(verdict)


class Subscriptions:
    """What a service consumes.

        subscriptions = Subscriptions("booking")

        @subscriptions.on(SessionPlanned)
        async def on_session_planned(tx: Tx, event: Received[SessionPlanned]) -> None: ...

    The handler runs once per event, inside a transaction, in which it writes and publishes. It may raise
    NotKnownYet (again later), Unacceptable (parked), and anything else (again later, parked in the end).

    What is stale is dropped, unless `@subscriptions.overtaken(SessionPlanned)`, after `on`, names a handler for it too:
    for news that somebody has to be told although it is not the last.
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self.all: list[Subscription] = []

    def on(
        self, event: type[E]
    ) -> Callable[[Callable[[Tx, Received[E]], Awaitable[None]]], Callable[[Tx, Received[E]], Awaitable[None]]]:
        def register(
            handler: Callable[[Tx, Received[E]], Awaitable[None]],
        ) -> Callable[[Tx, Received[E]], Awaitable[None]]:
            self.all.append(Subscription(f"{self.service}.{event.type}", event, handler))
            return handler

        return register

    def overtaken(
        self, event: type[E]
    ) -> Callable[[Callable[[Tx, Received[E]], Awaitable[None]]], Callable[[Tx, Received[E]], Awaitable[None]]]:
        def register(
            handler: Callable[[Tx, Received[E]], Awaitable[None]],
        ) -> Callable[[Tx, Received[E]], Awaitable[None]]:
            self.all = [replace(one, overtaken=handler) if one.event is event else one for one in self.all]
            return handler

        return register


class Consumers:
    """Runs a service's subscriptions, and rebuilds them whenever the broker or one of the queues went away.

    Rebuilding from nothing is the only repair: a robust connection restores some states and not others (a deleted
    queue, a channel closed by a 404), and the difference shows only at night.
    """

    def __init__(
        self, subscriptions: Subscriptions, database: Database, url: str, *, house: str, prefetch: int = 20
    ) -> None:
        self._subscriptions = subscriptions
        self._database = database
        self._url = url
        self._house = house
        self._me = subscriptions.service
        self._prefetch = prefetch
        self._ladder = Publisher(url, user=self._me)
        self._broker: RabbitBroker | None = None
        self._subscribers: list[tuple[Subscription, Any]] = []
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._acknowledging = asyncio.Event()
        self._acknowledging.set()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.running = asyncio.Event()
        """Set while every queue has its consumer."""

    async def start(self) -> None:
        """Begin in the background: a service starts, and serves its pages, without a broker."""
        self._task = asyncio.create_task(self._run(), name="consumers")

    async def stop(self, grace: float = 10) -> None:
        """Cancel the consumers first, let what runs come to its end, then close.

        The other way round every deploy would add a delivery to each waiting message, and the broker counts to 20.
        """
        self._stopping.set()
        if self._task is not None:
            await self._task
        try:
            async with asyncio.timeout(grace):
                await self._idle.wait()
        except TimeoutError:
            log.warning("handlers still running at shutdown", count=self._busy)
        await self._teardown()
        await self._ladder.close()

    async def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                await self._build()
                self.running.set()
                failures = 0
                log.info("consuming", queues=[s.queue for s in self._subscriptions.all])
                await self._watch()
            except (Exception, asyncio.CancelledError) as error:
                if asked_to_stop():
                    raise
                failures += 1
                log.warning("consumers interrupted", error=type(error).__name__, detail=str(error)[:200])
            self.running.clear()
            if self._stopping.is_set():
                await self._cancel_consumers()
                return
            await self._teardown()
            await self._pause(min(5.0, 0.2 * 2**failures))

    async def _build(self) -> None:
        exchanges: dict[str, RabbitExchange] = {}
        broker = RabbitBroker(
            beating(self._url, self._me),
            graceful_timeout=None,
            logger=None,
            app_id=None,
            fail_fast=True,
            apply_types=False,  # its dependency injection took a thread hop for each message
            timeout=10,  # its own, shorter than ours: an attempt cut off from outside goes on in the background
        )
        self._subscribers = []  # kept in pairs: the broker's own list is in no order
        for subscription in self._subscriptions.all:
            name = subscription.event.exchange
            exchange = exchanges.setdefault(name, RabbitExchange(name, type=ExchangeType.TOPIC, declare=False))
            subscriber = broker.subscriber(
                RabbitQueue(
                    subscription.queue,
                    queue_type=QueueType.QUORUM,
                    durable=True,
                    arguments={"x-delivery-limit": DELIVERY_LIMIT},
                    routing_key=subscription.event.routing_key,
                    robust=False,
                ),
                exchange,
                channel=Channel(prefetch_count=self._prefetch),
                ack_policy=AckPolicy.MANUAL,
                no_reply=True,  # else a sender could make us publish anywhere by setting reply_to
                parser=None,
                decoder=_whole,
            )
            subscriber(self._receiver(subscription))
            self._subscribers.append((subscription, subscriber))
        self._broker = broker
        async with asyncio.timeout(20):
            await broker.start()

    async def _watch(self) -> None:
        """Return when asked to stop; raise when a connection, a channel, a queue or a binding is gone."""
        while not await self._pause(1.0):
            await self._look()

    async def _look(self) -> None:
        connection = self._broker._connection if self._broker is not None else None
        if connection is None or connection.is_closed or not connection.connected.is_set():
            raise ConnectionError("connection lost")
        async with asyncio.timeout(WATCH_TIMEOUT):
            for subscription, subscriber in self._subscribers:
                await self._check(subscription, subscriber)

    async def _check(self, subscription: Subscription, subscriber: Any) -> None:
        queue = getattr(subscriber, "_queue_obj", None)
        if queue is None or queue.channel.is_closed:
            raise ConnectionError(f"channel lost: {subscription.queue}")
        consumers = (await queue.channel.get_underlay_channel()).consumers
        if getattr(subscriber, "_consumer_tag", None) not in consumers:
            raise ConnectionError(f"queue deleted: {subscription.queue}")
        # Nothing tells a consumer that its binding went with a deleted exchange; binding twice changes nothing.
        await queue.bind(subscription.event.exchange, subscription.event.routing_key, robust=False)

    async def _pause(self, seconds: float) -> bool:
        """Wait; True when asked to stop meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        return self._stopping.is_set()

    async def _cancel_consumers(self) -> None:
        """So that nothing is delivered in vain: what is on its way when a consumer goes never arrives, and counts.

        Each acknowledgement makes the broker send one more message; so hold them back, let what was sent arrive,
        cancel, and acknowledge then.
        """
        self._acknowledging.clear()
        await asyncio.sleep(0.2)
        for _, subscriber in self._subscribers:
            queue, tag = getattr(subscriber, "_queue_obj", None), getattr(subscriber, "_consumer_tag", None)
            if queue is not None and tag is not None and not queue.channel.is_closed:
                await _quietly(queue.cancel(tag))
        await asyncio.sleep(0.1)  # a delivery that came just before the answer is a task that has not begun yet
        self._acknowledging.set()

    async def _teardown(self) -> None:
        broker, self._broker = self._broker, None
        if broker is None:
            return
        if broker._connection is not None:
            # Before FastStream's own stop, which first waits for answers on a connection that may be dead.
            await _quietly(broker._connection.close())
        await _quietly(broker.stop())

    def _receiver(self, subscription: Subscription) -> Callable[[RabbitMessage], Awaitable[None]]:
        async def receive(message: RabbitMessage) -> None:
            self._busy += 1
            self._idle.clear()
            try:
                await self._handle(subscription, message)
            finally:
                self._busy -= 1
                if not self._busy:
                    self._idle.set()

        return receive

    async def _handle(self, subscription: Subscription, message: RabbitMessage) -> None:
        raw = message.raw_message
        if raw.redelivered:
            REDELIVERED.labels(subscription.queue).inc()
        origin = Origin.of(raw, me=self._me)
        began = time.perf_counter()
        outcome = await self._settle(subscription, raw, origin)
        if outcome is None:
            return  # not safe anywhere: unacknowledged, so the broker gives it again when this channel ends
        CONSUMED.labels(subscription.queue, outcome).inc()
        HANDLER.labels(subscription.queue).observe(time.perf_counter() - began)
        await self._acknowledging.wait()
        # A lost channel is no loss: the message comes again and the inbox knows it.
        await _quietly(raw.ack())

    async def _settle(self, subscription: Subscription, raw: Any, origin: Origin) -> str | None:
        """Bring the message to where it may be acknowledged; gives what became of it."""
        queue = subscription.queue
        failure: Exception | None = None
        while True:
            try:
                if failure is None:
                    return await self._process(subscription, raw, origin)
                if isinstance(failure, Unacceptable) or origin.exhausted(failure):
                    return await self._park(queue, raw, origin, failure)
                content_type, headers = raw.content_type or "", dict(raw.headers)
                await come_back(
                    self._ladder, queue, raw.body, origin.next(), content_type=content_type, headers=headers
                )
                return "retried"
            except NotConfirmed as problem:
                log.warning("ladder out of reach", queue=queue, why=str(problem))
                if await self._pause(1.0):
                    return None
            except Exception as error:
                if disconnected(error):
                    # The database is away. No message is at fault: hold this one, the prefetch bounds how many.
                    if not await self._database_back():
                        return None
                    continue
                if not isinstance(error, (NotKnownYet, Unacceptable)):
                    log.warning("handler failed", queue=queue, id=raw.message_id, exc_info=origin.attempt == 0)
                failure = error

    async def _process(self, subscription: Subscription, raw: Any, origin: Origin) -> str:
        event = open_envelope(
            raw, subscription.event, house=self._house, user=origin.user, routing_key=origin.routing_key
        )
        structlog.contextvars.clear_contextvars()
        enter_trace(event.traceparent, event.id.hex)
        SAID_AGAIN.set(origin.again or _told_late(raw, event))
        async with self._database.transaction() as tx:
            verdict = await judge(tx.session, subscription.queue, event)
            if handler := subscription.handler_for(verdict):
                await handler(tx, event)
        log.info("consumed", queue=subscription.queue, event_id=str(event.id), outcome=verdict.value)
        return verdict.value

    async def _park(self, queue: str, raw: Any, origin: Origin, failure: Exception) -> str:
        if isinstance(failure, Unacceptable):
            reason, detail = failure.reason, failure.detail
        else:
            reason, detail = "exhausted", f"{type(failure).__name__} after {origin.attempt} attempts"
        async with self._database.transaction() as tx:
            await parking.park(tx, queue, raw, origin, reason, detail)
        PARKED.labels(queue, reason).inc()
        log.warning("parked", queue=queue, id=raw.message_id, reason=reason, detail=detail)
        return "parked"

    async def _database_back(self) -> bool:
        """Wait until the database answers; False when asked to stop before."""
        wait = 0.1
        while not await self._pause(wait):
            try:
                async with self._database.reading() as session:
                    await session.execute(text("SELECT 1"))
                return True
            except Exception as error:
                log.warning("database out of reach", error=type(error).__name__)
            wait = min(2.0, wait * 2)
        return False


def _told_late(raw: Any, event: Received[Any]) -> bool:
    """Its producer may have said it once before, and have forgotten that: it was restored from a backup."""
    return raw.timestamp is not None and raw.timestamp - event.time > LATE


async def _whole(message: RabbitMessage) -> RabbitMessage:
    """No decoding here: the envelope is opened where its faults can be parked."""
    return message


async def _quietly(closing: Awaitable[Any]) -> None:
    """Finish something on a connection that may be gone already, in 5 seconds at most."""
    try:
        async with asyncio.timeout(5):
            await closing
    except (Exception, asyncio.CancelledError) as error:
        if isinstance(error, asyncio.CancelledError) and asked_to_stop():
            raise
        log.debug("closing a lost connection", error=type(error).__name__)
