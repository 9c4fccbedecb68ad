"""Databases copied from one that is migrated already: a test has its own in a fraction of the time."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import asyncpg

from ronde import migrations as kit
from ronde.local.databases import as_admin, ensure_database, quoted


def copied_database(
    admin_url: str, name: str, role: str, password: str, migrations: Path, url: Callable[[str], str]
) -> None:
    """Make the database `name` with the tables of `migrations`; `url` says how the role reaches a database.

    The template is made by whoever comes first of all test processes, and nobody may be in it while it is copied.
    """
    files = [Path(kit.__file__), *sorted((migrations / "versions").glob("*.py"))]
    template = f"template_{sha256(b''.join(file.read_bytes() for file in files)).hexdigest()[:16]}"

    async def work(connection: asyncpg.Connection) -> None:
        await connection.execute("SELECT pg_advisory_lock(hashtext('ronde templates'))")
        ready = "SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate"
        if not await connection.fetchval(ready, template):
            ensure_database(admin_url, template, role, password)
            await kit.upgrade(url(template), migrations)
            await connection.execute(f"ALTER DATABASE {quoted(template)} IS_TEMPLATE true")
        # Copied as files: by the log, the way that is the default, the next DROP DATABASE waits for all of it.
        how = f"TEMPLATE {quoted(template)} STRATEGY file_copy OWNER {quoted(role)}"
        await connection.execute(f"CREATE DATABASE {quoted(name)} {how}")

    as_admin(admin_url, work)
