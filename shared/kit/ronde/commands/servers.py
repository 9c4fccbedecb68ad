"""`ronde servers`: bring a Postgres and a RabbitMQ to what the house needs of them."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import asyncpg
import httpx
import typer

from ronde import topology
from ronde.house import HouseFileError, load
from ronde.local.databases import ensure_database
from ronde.local.passwords import Passwords

app = typer.Typer(no_args_is_help=True, help="The house's own Postgres and RabbitMQ: what it needs of them.")
PATIENCE = 120
"""Seconds for a server to answer: it may still be starting."""


@app.callback()
def _group() -> None:
    """Keeps `prepare` a word of its own while it is the only one."""


@app.command()
def prepare(
    house: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="the house file, TOML")],
    passwords: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="as `make env` lays them out, JSON")],
) -> None:
    """Databases and roles, the broker's users, rights, exchanges and queues. Again changes nothing, or what changed."""
    known = Passwords.model_validate_json(passwords.read_text(encoding="utf-8"))
    try:
        ours = load(house)
    except HouseFileError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if known.postgres is not None:
        for name, password in known.databases.items():
            _patiently("Postgres", lambda n=name, p=password: ensure_database(known.postgres, n, n, p))  # type: ignore[misc]
            typer.echo(f"database {name}: its role alone may connect")
    if known.management is not None:
        services = [name for name in known.databases if name in known.broker]
        partners = {one.id: one.publishes for one in ours.organisations if one.id in known.broker}
        wanted = topology.definitions(ours.id, services, partners, known.broker)
        _patiently("RabbitMQ", lambda: topology.apply(str(known.management), wanted))
        typer.echo(f"broker: {', '.join((*services, *partners))} and {topology.OPS}, with their rights")


def _patiently(server: str, work: Callable[[], None]) -> None:
    """Until it answers; a refusal is final and says why."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except (OSError, httpx.TransportError, asyncpg.CannotConnectNowError) as problem:
            if time.monotonic() > deadline:
                typer.echo(f"{server} did not answer in {PATIENCE} s: {type(problem).__name__}: {problem}", err=True)
                raise typer.Exit(1) from None
            time.sleep(1)
        except (httpx.HTTPStatusError, asyncpg.PostgresError) as refusal:
            typer.echo(f"{server} refused: {refusal}", err=True)
            raise typer.Exit(1) from None
