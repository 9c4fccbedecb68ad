"""The senders: workers of their own for each channel, so that a provider that hangs holds nobody else up."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from prometheus_client import Counter
from ronde.database import Database
from ronde.telemetry import log
from ronde.work import Worker
from ronde_contracts.notify import Channel

from notify import messages
from notify.providers import Provider, Unknown
from notify.settings import Terms
from notify.use_cases.send_due import Answer, Parcel, settle, take_due
from notify.wording import Wording

AT_ONCE = 20
HANDS = 2
"""Workers a channel: while one waits for a provider that is slow to answer, the other goes on."""
A_MOMENT = 0.05
"""Seconds that an answer waits for the others of its batch: a commit costs more than a message."""
POLL = 1.0
LOOK_EVERY = 5.0
LOOK_AGAIN = timedelta(minutes=1)
MESSAGES = Counter("ronde_messages_total", "what became of messages", ["channel", "outcome"])


class Sender:
    """Sends what is due by one channel. Several processes may: what one has claimed no other sends.

    `lease`: after that long in "sending" whoever claimed a message is taken for dead; longer than any provider's
    timeout, or a slow answer would be doubted for nothing.
    """

    def __init__(
        self, db: Database, channel: Channel, provider: Provider, wording: Wording, terms: Terms, *, lease: timedelta
    ) -> None:
        self._db = db
        self._channel = channel
        self._provider = provider
        self._wording = wording
        self._terms = terms
        self._lease = lease

    async def send(self) -> bool:
        """Claim a few, send them side by side; True when there may be more.

        While every provider is known to be away nothing is claimed: waiting costs no attempt.
        """
        room = self._provider.room(AT_ONCE)
        if not room:
            return False
        async with self._db.transaction() as tx:
            claimed, parcels = await take_due(tx, self._channel, self._wording, self._terms, limit=room)
        flying = {asyncio.create_task(self._give(parcel)) for parcel in parcels}
        try:
            while flying:
                # As soon as one is answered; those that are answered at about the same time share its commit.
                await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
                done, flying = await asyncio.wait(flying, timeout=A_MOMENT)
                await self._settle([task.result() for task in done])
        finally:
            for task in flying:
                task.cancel()
        return claimed >= room

    async def look_up(self) -> bool:
        """Ask the provider what became of those that nobody knows of; True when there may be more."""
        async with self._db.transaction() as tx:
            await messages.doubt(tx.session, self._channel, self._lease)
            doubtful = await messages.claim_doubtful(tx.session, self._channel, AT_ONCE, LOOK_AGAIN)
            carried = await messages.carried(tx.session, doubtful)
        for claim in doubtful:
            outcome = await self._provider.find(claim.id, claim.provider)
            if not isinstance(outcome, Unknown):
                await self._settle_together([Answer(claim, outcome, carried=carried[claim.id])])
        return len(doubtful) == AT_ONCE

    async def _give(self, parcel: Parcel) -> Answer:
        try:
            outcome = await self._provider.send(parcel.letter)
        except Exception as error:  # a fault of ours in the middle of a conversation: nobody knows how far it got
            outcome = Unknown(type(error).__name__)
        return Answer(parcel.claim, outcome, parcel.letter, parcel.carried)

    async def _settle(self, answers: Sequence[Answer]) -> None:
        """In one transaction, as a rule. What takes back news holds the same rows: who is in a deadlock goes alone."""
        try:
            await self._settle_together(answers)
        except Exception as error:
            if len(answers) == 1:
                raise
            log.warning("settled one by one", channel=self._channel, error=type(error).__name__)
            for one in answers:
                await self._settle_together([one])

    async def _settle_together(self, answers: Sequence[Answer]) -> None:
        async with self._db.transaction() as tx:
            statuses = await settle(tx, answers)
        for answer in answers:
            status = statuses.get(answer.claim.id)
            MESSAGES.labels(self._channel, status or "superseded").inc()
            if status != "sent":
                known = {"channel": self._channel, "status": status, "outcome": repr(answer.outcome)}
                log.warning("message not sent", message=str(answer.claim.id), **known)

    async def close(self) -> None:
        await self._provider.close()


class Hand(Worker):
    """One of a channel's senders."""

    def __init__(self, name: str, sender: Sender) -> None:
        super().__init__(name, self._send, every=POLL)
        self._sender = sender
        self.idle = True

    async def _send(self) -> bool:
        self.idle = False
        try:
            return await self._sender.send()
        finally:
            self.idle = True


def wake_one(hands: Sequence[Hand]) -> None:
    """There is something to send: whoever has nothing to do looks. All of them would be in each other's way."""
    next((hand for hand in hands if hand.idle), hands[0]).wake()


class Looker(Worker):
    """Looks up what is unknown; stopped after its sender, and so the one that lets go of the provider."""

    def __init__(self, sender: Sender) -> None:
        super().__init__("look up", sender.look_up, every=LOOK_EVERY)
        self._sender = sender

    async def stop(self) -> None:
        await super().stop()
        await self._sender.close()
