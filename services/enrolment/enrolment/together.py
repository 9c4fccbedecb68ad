"""One piece of work for all who ask at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from ronde.work import Worker

A = TypeVar("A")
B = TypeVar("B")


class Together(Generic[A, B]):
    """Answers each question of those that wait, in the order in which they came, by one call for up to `at_most`.

    Alone it waits for nobody; the more ask, the more go together. Start its `worker`.
    """

    def __init__(self, name: str, work: Callable[[Sequence[A]], Awaitable[Sequence[B]]], *, at_most: int) -> None:
        self._work, self._at_most = work, at_most
        self._come: list[tuple[A, asyncio.Future[B]]] = []
        self.worker = Worker(name, self._step, every=60)

    async def ask(self, questions: Sequence[A]) -> list[B]:
        """The answers, in the order given. Raises what the work raised."""
        loop = asyncio.get_running_loop()
        come: list[tuple[A, asyncio.Future[B]]] = [(one, loop.create_future()) for one in questions]
        self._come += come
        self.worker.wake()
        return await asyncio.gather(*(answer for _, answer in come))

    async def _step(self) -> bool:
        come, self._come = self._come[: self._at_most], self._come[self._at_most :]
        if not come:
            return False
        try:
            answers = await self._work([question for question, _ in come])
        except Exception as error:
            for _, future in come:
                if not future.done():
                    future.set_exception(error)
            raise
        for (_, future), answer in zip(come, answers, strict=True):
            if not future.done():  # else whoever asked has gone away
                future.set_result(answer)
        return bool(self._come)
