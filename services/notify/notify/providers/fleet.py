"""The providers of one channel as one: chosen by weight, another one when the first surely did not take it."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from prometheus_client import Gauge

from notify.providers import Carrier, Hear, Keep, Letter, NotNow, Outcome, Taken, Unknown
from notify.providers.breaker import Breaker
from notify.providers.pace import Pace

RESTING = Gauge("ronde_provider_resting", "1 while a provider is left alone because it failed", ["provider"])


SOON = 20.0
"""Seconds that a claimed message may wait for its turn: far less than a sender's lease, or it would be doubted."""


@dataclass(frozen=True)
class Line:
    """One provider's account. `weight` 0: only when no other takes it.

    `cost` of a letter in what `pace` counts; as a rule it is at most `cost_most`.
    """

    name: str
    carrier: Carrier
    weight: float
    breaker: Breaker
    pace: Pace
    cost: Callable[[Letter], int] = lambda _letter: 1
    cost_most: int = 1

    async def send(self, letter: Letter) -> Outcome:
        if not self.breaker.enter():
            return NotNow("resting")
        well = False
        try:
            await self.pace.take(self.cost(letter))
            outcome = await self.carrier.send(letter)
            well = not isinstance(outcome, Unknown) and not (isinstance(outcome, NotNow) and not outcome.recipient)
        finally:
            self.breaker.leave(well=well)
            RESTING.labels(self.name).set(not self.breaker.closed)
        return self._signed(outcome)

    async def find(self, reference: UUID) -> Outcome:
        return self._signed(await self.carrier.find(reference))

    def _signed(self, outcome: Outcome) -> Outcome:
        return replace(outcome, provider=self.name) if isinstance(outcome, Taken | Unknown) else outcome


class Fleet:
    """A provider for a Sender, made of several."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines

    async def send(self, letter: Letter) -> Outcome:
        """Only what surely did not leave is given to the next; a refused number is refused everywhere."""
        outcome: Outcome = NotNow("resting")
        for line in self._in_turn():
            outcome = await line.send(letter)
            if not isinstance(outcome, NotNow) or outcome.recipient:
                break
        return outcome

    async def find(self, reference: UUID, provider: str | None = None) -> Outcome:
        """Asks the one that had it. Not known (its sender died): all of them, and each has to be sure."""
        asked = [line for line in self._lines if line.name == provider] or self._lines
        outcomes = [await line.find(reference) for line in asked]
        doubts = [outcome for outcome in outcomes if not isinstance(outcome, NotNow)]
        return next((one for one in doubts if isinstance(one, Taken)), (doubts or outcomes)[0])

    def room(self, most: int) -> int:
        """While some providers are well: what they take soon. Else one message, for a trial, or none."""
        well = [line for line in self._lines if line.breaker.closed]
        if well:
            return int(min(most, sum(line.pace.room(SOON) / line.cost_most for line in well)))
        return 1 if any(line.breaker.may_try for line in self._lines) else 0

    def listen(self, keep: Callable[[str], Keep], hear: Hear) -> None:
        """Begin to take what comes by itself; `keep` makes the keeper of receipts for a provider's name."""
        for line in self._lines:
            line.carrier.listen(keep(line.name), hear)

    async def close(self) -> None:
        for line in self._lines:
            await line.carrier.close()

    def _in_turn(self) -> Iterator[Line]:
        """By weight, each once: of two with weights 3 and 1 the first comes first three times in four."""
        waiting = [line for line in self._lines if line.weight]
        while waiting:
            [chosen] = random.choices(waiting, [line.weight for line in waiting])  # noqa: S311
            waiting.remove(chosen)
            yield chosen
        yield from (line for line in self._lines if not line.weight)
