"""The senders: one worker a channel, so that a provider that hangs holds nobody else up."""

import asyncio
from datetime import timedelta

from prometheus_client import Counter
from ronde.database import Database
from ronde.telemetry import log
from ronde.work import Worker
from ronde_contracts.notify import Channel

from notify import messages
from notify.providers import Outcome, Provider, Unknown
from notify.use_cases.send_due import Parcel, settle, take_due
from notify.wording import Wording

AT_ONCE = 10
LOOK_EVERY = 5.0
LOOK_AGAIN = timedelta(minutes=1)
MESSAGES = Counter("ronde_messages_total", "what became of messages", ["channel", "outcome"])


class Sender:
    """Sends what is due by one channel. Several processes may: what one has claimed no other sends.

    `lease`: after that long in "sending" whoever claimed a message is taken for dead; longer than any provider's
    timeout, or a slow answer would be doubted for nothing.
    """

    def __init__(
        self, db: Database, channel: Channel, provider: Provider, wording: Wording, *, lease: timedelta
    ) -> None:
        self._db = db
        self._channel = channel
        self._provider = provider
        self._wording = wording
        self._lease = lease

    async def send(self) -> bool:
        """Claim a few, send them side by side; True when there may be more."""
        async with self._db.transaction() as tx:
            claimed, parcels = await take_due(tx, self._channel, self._wording, limit=AT_ONCE)
        results = await asyncio.gather(*(self._carry(parcel) for parcel in parcels), return_exceptions=True)
        for failure in filter(None, results):
            raise failure
        return claimed == AT_ONCE

    async def look_up(self) -> bool:
        """Ask the provider what became of those that nobody knows of; True when there may be more."""
        async with self._db.transaction() as tx:
            await messages.doubt(tx.session, self._channel, self._lease)
            doubtful = await messages.claim_doubtful(tx.session, self._channel, AT_ONCE, LOOK_AGAIN)
        for claim in doubtful:
            outcome = await self._provider.find(claim.id)
            if not isinstance(outcome, Unknown):
                async with self._db.transaction() as tx:
                    status = await settle(tx, claim, outcome)
                self._count(str(claim.id), status, outcome)
        return len(doubtful) == AT_ONCE

    async def _carry(self, parcel: Parcel) -> None:
        try:
            outcome = await self._provider.send(parcel.letter)
        except Exception as error:  # a fault of ours in the middle of a conversation: nobody knows how far it got
            outcome = Unknown(type(error).__name__)
        async with self._db.transaction() as tx:
            status = await settle(tx, parcel.claim, outcome, parcel.letter)
        self._count(str(parcel.claim.id), status, outcome)

    def _count(self, message: str, status: str | None, outcome: Outcome) -> None:
        MESSAGES.labels(self._channel, status or "superseded").inc()
        if status != "sent":
            log.warning(
                "message not sent", message=message, channel=self._channel, status=status, outcome=repr(outcome)
            )

    async def close(self) -> None:
        await self._provider.close()


class Looker(Worker):
    """Looks up what is unknown; stopped after its sender, and so the one that lets go of the provider."""

    def __init__(self, sender: Sender) -> None:
        super().__init__("look up", sender.look_up, every=LOOK_EVERY)
        self._sender = sender

    async def stop(self) -> None:
        await super().stop()
        await self._sender.close()
