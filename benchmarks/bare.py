"""The least that a rush can cost: a bare FastAPI route that keeps one request by the service's own statement."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import orjson
import uvicorn
from enrolment.doorkeys import token_hash
from enrolment.testing import ORGANISER
from enrolment.use_cases.note_arrivals import NOTE
from fastapi import FastAPI
from ronde.clock import now

STATEMENT = NOTE.text.replace(":came", "$1").replace(":at", "$2")


@asynccontextmanager
async def connected(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BENCH_DATABASE"], min_size=10, max_size=10) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=connected)


@app.get("/health/live")
async def live() -> None: ...


@app.post("/{token}/{session}/{child}")
async def keep(token: str, session: UUID, child: UUID) -> None:
    one = {
        "id": uuid4(),
        "organiser": ORGANISER,
        "session_id": session,
        "token": token_hash(token).hex(),
        "child_ids": [child],
        "adults": 1,
        "arrived_at": now(),
    }
    await app.state.pool.fetch(STATEMENT, orjson.dumps([one]).decode(), now())


def run() -> None:
    uvicorn.run(app, port=int(os.environ["RONDE_HTTP_PORT"]), loop="uvloop", log_config=None, access_log=False)
