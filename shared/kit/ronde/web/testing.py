"""A small house for the doors' tests: the shape that ronde.web asks for, without broker or database."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient

from . import install
from .keys import digest


@dataclass(frozen=True)
class Organisation:
    id: str
    name: str
    colour: str


@dataclass(frozen=True)
class House:
    id: str = "essai"
    name: dict[str, str] = field(default_factory=lambda: {"fr": "La maison d'essai", "en": "The trial house"})
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    languages: tuple[str, ...] = ("fr", "en")
    organisations: tuple[Organisation, ...] = (
        Organisation("bottines", "Bottines et Bottillons", "terracotta"),
        Organisation("relais", "Relais petite enfance", "lagoon"),
        Organisation("acepp", "Acepp 69", "plum"),
    )


@dataclass(frozen=True)
class Settings:
    service: str = "booking"
    public_url: str = "http://house.test"
    secret: str = "s" * 40
    keys_file: Path | None = None


@dataclass
class Service:
    settings: Settings
    house: House = field(default_factory=House)
    db: Any = None


KEYS = {"bottines": "key-of-bottines", "relais": "key-of-relais", "gone": "key-of-a-member-that-left"}


def app_with(router: APIRouter, settings: Settings, *, templates: Path | None = None, db: Any = None) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None)
    app.state.service = Service(settings, db=db)
    app.include_router(router)
    install(app, settings, templates=templates)
    return app


def visitor(app: FastAPI, **headers: str) -> AsyncClient:
    """A client that sees answers as the network would: an unforeseen error is a 500."""
    return AsyncClient(transport=ASGITransport(app), base_url="http://house.test", headers=headers)


@asynccontextmanager
async def listening(app: FastAPI, *, lifespan: Literal["auto", "off"] = "auto") -> AsyncIterator[str]:
    """The app where a browser finds it: gives its address, and stops it when the block ends."""
    door = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1, lifespan=lifespan)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[door]))
    async with asyncio.timeout(15):
        while not server.started:  # noqa: ASYNC110 (it has no event to wait for)
            await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{door.getsockname()[1]}"
    server.should_exit = True
    with suppress(asyncio.CancelledError):
        await task


class OnlyReading:
    """Stands before a service's database: `GET` never acts, so a transaction is an error.

    `app.state.service.db = OnlyReading(app.state.service.db)`, then get every page: none may answer 500.
    """

    def __init__(self, db: Any) -> None:
        self.reading = db.reading

    def transaction(self) -> None:
        raise AssertionError("a GET opened a transaction that may write")


def keys_file(folder: Path) -> Path:
    path = folder / "keys.json"
    path.write_text(json.dumps({who: [digest(key)] for who, key in KEYS.items()}))
    return path
