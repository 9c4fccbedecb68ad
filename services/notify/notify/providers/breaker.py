"""A provider that failed several times in a row is left alone for a while, then tried with one message."""

import time


class Breaker:
    """Closed, open for `rest` seconds after `failures` in a row, then half open: one trial decides."""

    def __init__(self, *, failures: int, rest: float) -> None:
        self._most = failures
        self._rest = rest
        self._failed = 0
        self._until = 0.0
        self._trying = False

    @property
    def closed(self) -> bool:
        return self._failed < self._most

    @property
    def may_try(self) -> bool:
        """Whether a message may be given to it now."""
        return self.closed or (not self._trying and time.monotonic() >= self._until)

    def enter(self) -> bool:
        """Ask before each message; whoever got a yes says later how it went."""
        if not self.may_try:
            return False
        self._trying = not self.closed
        return True

    def leave(self, *, well: bool) -> None:
        self._trying = False
        self._failed = 0 if well else self._failed + 1
        if not self.closed:
            self._until = time.monotonic() + self._rest
