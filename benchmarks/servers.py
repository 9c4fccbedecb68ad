"""Servers of the benchmarks' own: durable, as in production, on an otherwise idle machine."""

import asyncio
import os
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx
from ronde import topology
from ronde.ids import new_id
from ronde.local.addresses import Addresses
from ronde.local.databases import drop_database, ensure_database
from ronde.local.postgres import PrivatePostgres
from ronde.local.rabbitmq import PrivateRabbitMQ
from ronde.migrations import upgrade
from ronde.rig import MIGRATIONS, Rig
from ronde.testing import lay_out


@dataclass
class Lab:
    """Both servers, and a fresh rig whenever one is wanted."""

    addresses: Addresses
    rabbitmq_version: str
    postgres_version: str

    @asynccontextmanager
    async def rig(self) -> AsyncIterator[Rig]:
        """A service with an empty database and a vhost of its own."""
        name = f"bench_{new_id().hex}"
        await asyncio.to_thread(ensure_database, self.addresses.postgres, name, "bench", "bench")
        amqp = await asyncio.to_thread(lay_out, self.addresses, name)
        url = self.addresses.database_url(name, "bench", "bench")
        await upgrade(url, MIGRATIONS)
        rig = Rig(amqp, url)
        yield rig
        await rig.relay.stop()
        await rig.db.close()
        await asyncio.to_thread(topology.delete_vhost, self.addresses.management, name)
        await asyncio.to_thread(drop_database, self.addresses.postgres, name)

    @asynccontextmanager
    async def service(self, name: str, migrations: Path) -> AsyncIterator[tuple[str, str]]:
        """An empty database with that service's tables and a vhost of its own: their addresses."""
        own = f"bench_{new_id().hex}"
        await asyncio.to_thread(ensure_database, self.addresses.postgres, own, "bench", "bench")
        amqp = await asyncio.to_thread(lay_out, self.addresses, own)
        url = self.addresses.database_url(own, "bench", "bench")
        await upgrade(url, migrations)
        yield url, amqp.url(name)
        await asyncio.to_thread(topology.delete_vhost, self.addresses.management, own)
        await asyncio.to_thread(drop_database, self.addresses.postgres, own)


@contextmanager
def lab() -> Iterator[Lab]:
    """Start both servers in a temporary folder; stop them in the end."""
    with tempfile.TemporaryDirectory(prefix="ronde-bench-") as folder:
        postgres, broker = PrivatePostgres(Path(folder), "bench"), PrivateRabbitMQ(Path(folder), "bench")
        try:
            postgres.launch()
            broker.launch()
            postgres.wait()
            broker.wait()
            overview = httpx.get(f"{broker.management_url}/api/overview", trust_env=False).json()
            yield Lab(
                Addresses(postgres.url(), broker.amqp_url, broker.management_url),
                overview["rabbitmq_version"],
                (postgres.data / "PG_VERSION").read_text().strip(),
            )
        finally:
            broker.stop()
            postgres.stop()


@asynccontextmanager
async def served(
    module: str, told: Mapping[str, str], *, until: Literal["live", "ready"] = "live"
) -> AsyncIterator[str]:
    """The `run` of that module as a process of its own, as in production; gives its address.

    `told`: what the environment says to it, besides the port. `until`: when it is there.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    program = (sys.executable, "-c", f"from {module} import run; run()")
    env = {**os.environ, **told, "RONDE_HTTP_PORT": str(port)}
    process = await asyncio.create_subprocess_exec(*program, env=env, stdout=DEVNULL, stderr=DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(30), httpx.AsyncClient(trust_env=False) as client:
            while not await _answers(client, f"{address}/health/{until}"):  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.1)
        yield address
    finally:
        process.terminate()
        await process.wait()


async def _answers(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(address)).is_success
    except httpx.TransportError:
        return False
