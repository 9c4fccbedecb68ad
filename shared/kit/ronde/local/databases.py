"""One database and one role a service, and nobody else gets in."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
from sqlalchemy import make_url


def ensure_database(admin_url: str, name: str, role: str, password: str) -> None:
    """Make the role and its empty database if they are missing; the password is set anew in any case."""

    async def work(connection: asyncpg.Connection) -> None:
        await connection.execute("SELECT pg_advisory_lock(hashtext('ronde databases'))")  # test processes come at once
        known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
        verb = "ALTER" if known else "CREATE"
        await connection.execute(f"{verb} ROLE {_name(role)} LOGIN PASSWORD {_text(password)}")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f"CREATE DATABASE {_name(name)} OWNER {_name(role)}")
            await connection.execute(f"REVOKE ALL ON DATABASE {_name(name)} FROM PUBLIC")

    _as_admin(admin_url, work)


def drop_database(admin_url: str, name: str) -> None:
    """Close its connections and drop it."""

    async def work(connection: asyncpg.Connection) -> None:
        await connection.execute(f"DROP DATABASE IF EXISTS {_name(name)} WITH (FORCE)")

    _as_admin(admin_url, work)


def _as_admin(admin_url: str, work: Any) -> None:
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


def _name(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _text(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
