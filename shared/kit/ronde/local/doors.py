"""Finds the doors of a house: the environment first, then the endpoints file of one that runs here."""

import json
import os
from pathlib import Path
from typing import Any

import typer

DEFAULT = Path(".ronde")


class NoHouse(typer.Exit):
    """No house was named and none runs here; the sentence has been said."""

    def __init__(self, sentence: str) -> None:
        typer.echo(sentence, err=True)
        super().__init__(1)


def ops_amqp_url(data_dir: Path) -> str:
    """The broker, as `ops`: RONDE_OPS_AMQP_URL, or the house of `data_dir`."""
    given = os.environ.get("RONDE_OPS_AMQP_URL")
    return given or str(_endpoints(data_dir, "RONDE_OPS_AMQP_URL")["ops"]["amqp_url"])


def partner_amqp_url(data_dir: Path, name: str) -> str:
    """The broker, as a partner: RONDE_AMQP_URL, or the house of `data_dir`."""
    if given := os.environ.get("RONDE_AMQP_URL"):
        return given
    partners = _endpoints(data_dir, "RONDE_AMQP_URL")["partners"]
    if name not in partners:
        raise NoHouse(f"No partner is called {name!r}; this house knows {', '.join(partners)}.")
    return str(partners[name]["amqp_url"])


def services(data_dir: Path) -> dict[str, tuple[str, str]]:
    """Service -> its database and broker URLs: RONDE_DATABASE_URL and RONDE_AMQP_URL, or the house of `data_dir`."""
    database, broker = os.environ.get("RONDE_DATABASE_URL"), os.environ.get("RONDE_AMQP_URL")
    if database and broker:
        return {os.environ.get("RONDE_SERVICE", "service"): (database, broker)}
    known = _endpoints(data_dir, "RONDE_DATABASE_URL and RONDE_AMQP_URL")["services"]
    return {name: (doors["database_url"], doors["amqp_url"]) for name, doors in known.items()}


def _endpoints(data_dir: Path, variables: str) -> dict[str, Any]:
    file = data_dir / "endpoints.json"
    try:
        return dict(json.loads(file.read_text()))
    except OSError:
        raise NoHouse(f"No house runs in {data_dir}: start one with `make run`, or set {variables}.") from None
