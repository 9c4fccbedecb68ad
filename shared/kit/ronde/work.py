"""Work that goes on in the background and does not die silently."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from .telemetry import log


class Worker:
    """Calls `step` until it says False (nothing left), then waits `every` seconds or for `wake()`.

    An error is logged and tried again: a background task that ends is the failure that nobody sees. That includes a
    CancelledError that nobody asked for (aio-pika raises one when a heartbeat is missed).
    """

    def __init__(self, name: str, step: Callable[[], Awaitable[bool]], every: float) -> None:
        self.name = name
        self._step = step
        self._every = every
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self.name)

    def wake(self) -> None:
        """There is something to do now."""
        self._wake.set()

    async def stop(self) -> None:
        """Let the step that runs come to its end (5 s at most), then stop."""
        self._stopping = True
        self.wake()
        if self._task is not None:
            _done, pending = await asyncio.wait([self._task], timeout=5)
            for task in pending:
                task.cancel()
                await asyncio.wait([task])

    async def _run(self) -> None:
        failures = 0
        while not self._stopping:
            self._wake.clear()
            try:
                more = await self._step()
                failures = 0
            except asyncio.CancelledError:
                if self._stopping or asked_to_stop():
                    raise
                more, failures = False, failures + 1
                log.warning("worker interrupted", worker=self.name)
            except Exception as error:
                more, failures = False, failures + 1
                log.warning("worker failed", worker=self.name, error=type(error).__name__, exc_info=failures == 1)
            if failures:
                await asyncio.sleep(min(5.0, 0.1 * 2**failures))
            elif not more and not self._stopping:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._every)


def asked_to_stop() -> bool:
    """Whether somebody really cancelled the current task (aio-pika also raises CancelledError by itself)."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
