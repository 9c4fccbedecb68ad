"""Finds the doors of a house: from the environment, the passwords of one in containers, or one that runs here."""

import json
import os
from pathlib import Path
from typing import Any

import typer

from ronde.local.passwords import Passwords
from ronde.topology import OPS

DEFAULT = Path(".ronde")


class NoHouse(typer.Exit):
    """No house was named and none runs here; the sentence has been said."""

    def __init__(self, sentence: str) -> None:
        typer.echo(sentence, err=True)
        super().__init__(1)


def ops_amqp_url(data_dir: Path) -> str:
    """The broker, as `ops`: RONDE_OPS_AMQP_URL, or the house of `data_dir`."""
    if given := os.environ.get("RONDE_OPS_AMQP_URL"):
        return given
    if (laid := _laid_out()) is not None:
        return laid.amqp_url(OPS)
    return str(_endpoints(data_dir, "RONDE_OPS_AMQP_URL")["ops"]["amqp_url"])


def partner_amqp_url(data_dir: Path, name: str) -> str:
    """The broker, as a partner: RONDE_AMQP_URL, or the house of `data_dir`."""
    if given := os.environ.get("RONDE_AMQP_URL"):
        return given
    if (laid := _laid_out()) is not None:
        return laid.amqp_url(name)
    partners = _endpoints(data_dir, "RONDE_AMQP_URL")["partners"]
    if name not in partners:
        raise NoHouse(f"No partner is called {name!r}; this house knows {', '.join(partners)}.")
    return str(partners[name]["amqp_url"])


def services(data_dir: Path) -> dict[str, tuple[str, str]]:
    """Service -> its database and broker URLs: RONDE_DATABASE_URL and RONDE_AMQP_URL, or the house of `data_dir`."""
    database, broker = os.environ.get("RONDE_DATABASE_URL"), os.environ.get("RONDE_AMQP_URL")
    if database and broker:
        return {os.environ.get("RONDE_SERVICE", "service"): (database, broker)}
    if (laid := _laid_out()) is not None:
        return {name: (laid.database_url(name), laid.amqp_url(name)) for name in laid.databases}
    known = _endpoints(data_dir, "RONDE_DATABASE_URL and RONDE_AMQP_URL")["services"]
    return {name: (doors["database_url"], doors["amqp_url"]) for name, doors in known.items()}


def _laid_out() -> Passwords | None:
    """The house in containers, from RONDE_PASSWORDS_FILE."""
    file = os.environ.get("RONDE_PASSWORDS_FILE")
    return Passwords.model_validate_json(Path(file).read_text(encoding="utf-8")) if file else None


def _endpoints(data_dir: Path, variables: str) -> dict[str, Any]:
    file = data_dir / "endpoints.json"
    try:
        return dict(json.loads(file.read_text()))
    except OSError:
        raise NoHouse(f"No house runs in {data_dir}: start one with `make run`, or set {variables}.") from None
