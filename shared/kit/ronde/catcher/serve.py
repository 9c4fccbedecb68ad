"""Running the catcher: as a program, or inside a test."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn

from .answers import Answers
from .app import Catcher, create
from .box import Box
from .settings import CatcherSettings


@dataclass(frozen=True)
class Running:
    """A catcher that listens, and what it holds."""

    url: str
    smtp_host: str
    smtp_port: int
    box: Box
    answers: Answers

    @property
    def sms_url(self) -> str:
        return f"{self.url}/sms"


@asynccontextmanager
async def running(settings: CatcherSettings | None = None) -> AsyncIterator[Running]:
    """A catcher on free ports in this event loop, gone at the end."""
    settings = settings or CatcherSettings(http_port=0, smtp_port=0)
    app = create(settings)
    catcher: Catcher = app.state.service
    listening = socket.create_server((settings.host, settings.http_port))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        if task.done():
            await task
            raise RuntimeError("the catcher stopped before it listened")
        await asyncio.sleep(0.01)
    try:
        yield Running(
            url=f"http://{settings.host}:{listening.getsockname()[1]}",
            smtp_host=settings.host,
            smtp_port=app.state.smtp_port,
            box=catcher.box,
            answers=catcher.answers,
        )
    finally:
        server.should_exit = True
        await task
        listening.close()


def main(settings: CatcherSettings) -> None:
    """Serve until SIGTERM or SIGINT."""
    uvicorn.run(
        create(settings), host=settings.host, port=settings.http_port, access_log=False, timeout_graceful_shutdown=2
    )
