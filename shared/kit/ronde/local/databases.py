"""One database and one role a service, and nobody else gets in."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
from sqlalchemy import make_url

UTF8 = "ENCODING 'UTF8' TEMPLATE template0"
"""Whatever the server's default is: an SQL_ASCII one refuses the first é in a JSON column."""


def ensure_database(admin_url: str, name: str, role: str, password: str) -> None:
    """Make the role and its empty database if they are missing; the password is set anew in any case."""

    async def work(connection: asyncpg.Connection) -> None:
        await connection.execute("SELECT pg_advisory_lock(hashtext('ronde databases'))")  # test processes come at once
        known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
        verb = "ALTER" if known else "CREATE"
        await connection.execute(f"{verb} ROLE {quoted(role)} LOGIN PASSWORD {_text(password)}")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f"CREATE DATABASE {quoted(name)} OWNER {quoted(role)} {UTF8}")
            await connection.execute(f"REVOKE ALL ON DATABASE {quoted(name)} FROM PUBLIC")

    as_admin(admin_url, work)


def drop_database(admin_url: str, name: str) -> None:
    """Close its connections and drop it."""

    async def work(connection: asyncpg.Connection) -> None:
        await connection.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")

    as_admin(admin_url, work)


def as_admin(admin_url: str, work: Callable[[asyncpg.Connection], Coroutine[Any, Any, None]]) -> None:
    """Run `work` on a connection of the server's administrator, from any thread."""

    async def go() -> None:
        connection = await asyncpg.connect(dsn(admin_url), timeout=10)
        try:
            await work(connection)
        finally:
            await connection.close()

    _in_a_loop_of_its_own(go())


def _in_a_loop_of_its_own(work: Coroutine[Any, Any, None]) -> None:
    # Fixtures of synchronous and of asynchronous tests call this: a running loop of the caller must not matter.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def dsn(url: str) -> str:
    """The same URL without the driver, as asyncpg reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def quoted(word: str) -> str:
    """The word as an SQL identifier."""
    return '"' + word.replace('"', '""') + '"'


def _text(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
