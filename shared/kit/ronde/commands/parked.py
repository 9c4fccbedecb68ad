"""`ronde parked`: what the services could not consume, and what becomes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from ronde import parking
from ronde.database import Database
from ronde.local.doors import DEFAULT, NoHouse, services
from ronde.publisher import Publisher

app = typer.Typer(no_args_is_help=True, help="Messages put aside for a person: list, show, replay, discard.")
DataDir = Annotated[Path, typer.Option(help="the data folder of a running house")]
Id = Annotated[UUID, typer.Argument(help="as `ronde parked list` shows it")]


@app.command("list")
def list_(data_dir: DataDir = DEFAULT) -> None:
    """What waits, oldest first, in every service."""
    found: list[str] = []

    async def look(_service: str, db: Database, _url: str) -> bool:
        async with db.reading() as session:
            for row in await parking.waiting(session):
                since, sender = f"{row['parked_at']:%Y-%m-%d %H:%M}", row["sender"] or "?"
                found.append(f"{row['id']}  {since}  {row['queue']:<40} {row['reason']:<20} {sender}")
        return False

    asyncio.run(_each(data_dir, look))
    typer.echo("\n".join(found) or "Nothing is parked.")


@app.command()
def show(id: Id, data_dir: DataDir = DEFAULT) -> None:
    """One message: why it was parked, where it came from, and its body, which may hold personal data."""

    async def look(service: str, db: Database, _url: str) -> bool:
        async with db.reading() as session:
            found = await parking.show(session, id)
        if found is None:
            return False
        body = bytes(found.pop("body"))
        typer.echo(f"{'service':<14} {service}")
        for name, value in found.items():
            if value is not None:
                typer.echo(f"{name:<14} {value}")
        typer.echo("\n" + body.decode(errors="replace"))
        return True

    _one(data_dir, look, id)


@app.command()
def replay(id: Id, data_dir: DataDir = DEFAULT) -> None:
    """Give it to its consumer again, as it first came."""

    async def again(service: str, db: Database, url: str) -> bool:
        publisher = Publisher(url, user=service)
        try:
            async with db.transaction() as tx:
                return await parking.replay(tx.session, publisher, id)
        finally:
            await publisher.close()

    _one(data_dir, again, id)
    typer.echo("replayed; `ronde parked list` shows it if it was put aside again")


@app.command()
def discard(id: Id, data_dir: DataDir = DEFAULT) -> None:
    """Never mind it. It is forgotten after 30 days."""

    async def away(_service: str, db: Database, _url: str) -> bool:
        async with db.transaction() as tx:
            return await parking.discard(tx.session, id)

    _one(data_dir, away, id)
    typer.echo("discarded")


def _one(data_dir: Path, look: Callable[[str, Database, str], Awaitable[bool]], id: UUID) -> None:
    if not asyncio.run(_each(data_dir, look)):
        raise NoHouse(f"No message {id} waits in any service.")


async def _each(data_dir: Path, look: Callable[[str, Database, str], Awaitable[bool]]) -> bool:
    """Look into each service's database until one says that it was there."""
    for service, (database, broker) in services(data_dir).items():
        db = Database(database, house="-", service=service, pool_size=2)
        try:
            if await look(service, db, broker):
                return True
        finally:
            await db.close()
    return False
