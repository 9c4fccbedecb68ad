"""How fast a provider may be given SMS, counted in parts: that is what networks count and what is paid for."""

import asyncio
import math


class Pace:
    """At most `rate` a second, as many as that at once; None: as fast as it goes. Each process has its own."""

    def __init__(self, rate: float | None) -> None:
        self._rate = rate
        self._booked = 0.0

    def room(self, within: float) -> float:
        """How much can have its turn within so many seconds."""
        if self._rate is None:
            return math.inf
        at = asyncio.get_running_loop().time()
        return max(0.0, (at + within - max(self._booked, at - 1)) * self._rate)

    async def take(self, cost: int) -> None:
        """Wait for one's turn; turns are given in the order of asking."""
        if self._rate is None:
            return
        at = asyncio.get_running_loop().time()
        self._booked = max(self._booked, at - 1) + cost / self._rate
        await asyncio.sleep(max(0.0, self._booked - at))
