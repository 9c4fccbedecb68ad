"""One process of the rig's service: started, asked to stop, killed, frozen, and asked whether it is ready."""

import asyncio
import multiprocessing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families

from ronde.local.process import free_port
from ronde.rig.app import serve
from ronde.tls import trusted

Answer = tuple[int, Mapping[str, str]]


# Forked from a process that has imported everything, a replica starts in a fraction of a second instead of four.
forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(["ronde.rig.app"])


class Replica:
    """`settings` are ServiceSettings by name."""

    def __init__(self, name: str, folder: Path, **settings: Any) -> None:
        port = free_port()
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / f"{name}.log"
        self._process = forks.Process(target=serve, args=(str(self.log), {"http_port": port, **settings}))

    async def start(self, within: float = 30) -> "Replica":
        """Launch it and wait until it is ready."""
        self._process.start()
        await self.until_ready(within)
        return self

    @property
    def running(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.join(10)

    async def stop(self, within: float = 15) -> None:
        """SIGTERM, and wait for its end; fails when it does not come."""
        self._process.terminate()
        await self._until(lambda: not self.running, within, "did not stop when asked to")

    async def ready(self) -> Answer:
        """Status and checks of /health/ready; 0 when nobody answers."""
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=8, verify=trusted()) as client:
                answer = await client.get(f"{self.url}/health/ready")
        except httpx.TransportError as error:
            return 0, {"http": type(error).__name__}
        return answer.status_code, answer.json()["checks"]

    async def until_ready(self, within: float) -> None:
        await self._until_status(lambda answer: answer[0] == httpx.codes.OK, within, "is not ready")

    async def until_unready(self, check: str, within: float) -> None:
        """Wait for a 503 whose `check` is not ok."""

        def says_so(answer: Answer) -> bool:
            return answer[0] == httpx.codes.SERVICE_UNAVAILABLE and answer[1][check] != "ok"

        await self._until_status(says_so, within, f"still says that it can {check}")

    async def counted(self, name: str, **labels: str) -> float:
        """The sum of a counter over the series with these labels."""
        async with httpx.AsyncClient(trust_env=False, timeout=8, verify=trusted()) as client:
            metrics = (await client.get(f"{self.url}/metrics")).text
        return sum(
            sample.value
            for family in text_string_to_metric_families(metrics)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    async def until_counted(self, at_least: float, name: str, **labels: str) -> None:
        """Wait until a counter has come that far."""
        seen = 0.0
        try:
            async with asyncio.timeout(15):
                while (seen := await self.counted(name, **labels)) < at_least:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{name}{labels}: {seen}, expected {at_least}\n{self.tail()}") from None

    def connections_to(self, port: int) -> int:
        """How many TCP connections this process holds to a port of this machine."""
        found = psutil.Process(self._process.pid).net_connections("tcp")
        return sum(c.raddr.port == port and c.status == psutil.CONN_ESTABLISHED for c in found if c.raddr)

    async def _until_status(self, good: Callable[[Answer], bool], within: float, else_: str) -> None:
        answer: Answer = (0, {})
        try:
            async with asyncio.timeout(within):
                while not good(answer := await self.ready()):
                    if not self.running:
                        raise AssertionError(f"{self.name} ended; {self.log}:\n{self.tail()}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{self.name} {else_} after {within} s: {answer}\n{self.tail()}") from None

    async def _until(self, good: Callable[[], bool], within: float, else_: str) -> None:
        try:
            async with asyncio.timeout(within):
                while not good():  # noqa: ASYNC110 - another process's state
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{self.name} {else_} within {within} s\n{self.tail()}") from None

    def tail(self, lines: int = 15) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else "it said nothing"
        return "\n".join(text.splitlines()[-lines:])
