"""A POST that creates is done once: sent again it gets the same answer, and two at once have one effect."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, ClassVar

import pytest
from fastapi import APIRouter, FastAPI, Form, Request
from pydantic import BaseModel
from ronde.database import Database
from ronde.refusal import Refused
from ronde.testing import NewDatabase
from ronde.web import Once
from ronde.web.testing import Settings, app_with, visitor
from sqlalchemy import text
from starlette.responses import JSONResponse, RedirectResponse, Response

pytestmark = pytest.mark.database

REVISION = """
from alembic import op
from ronde.migrations import create_bus_v1
revision, down_revision = "0001", None

def upgrade():
    create_bus_v1(op)
    op.execute("CREATE TABLE places (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)")
"""
router = APIRouter()


class Full(Refused):
    code, status = "full", 409
    words: ClassVar[dict[str, str]] = {"fr": "C'est complet.", "en": "It is full."}


class NewPlace(BaseModel):
    name: str


@router.post("/places")
async def create(body: NewPlace, attempt: Once, request: Request, caller: str = "relais") -> Response:
    async with request.app.state.service.db.transaction() as tx:

        async def action() -> Response:
            places = await tx.session.scalar(text("SELECT count(*) FROM places"))
            if places and places >= request.app.state.limit:
                raise Full
            id = await tx.session.scalar(text("INSERT INTO places (name) VALUES (:n) RETURNING id"), {"n": body.name})
            if gate := request.app.state.gate:
                gate.entered.set()
                await gate.go_on.wait()
            return JSONResponse({"id": id}, 201, {"Location": f"/places/{id}"})

        return await attempt.once(tx, caller, action)


@router.post("/forms")
async def form(name: Annotated[str, Form()], attempt: Once, request: Request) -> Response:
    async with request.app.state.service.db.transaction() as tx:

        async def action() -> Response:
            await tx.session.execute(text("INSERT INTO places (name) VALUES (:n)"), {"n": name})
            return RedirectResponse("/places", 303)

        return await attempt.once(tx, "family", action)


class Gate:
    """Holds an action between its insert and its commit."""

    def __init__(self) -> None:
        self.entered, self.go_on = asyncio.Event(), asyncio.Event()


@pytest.fixture
async def app(new_database: NewDatabase, tmp_path: Path) -> AsyncIterator[FastAPI]:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "0001_bus.py").write_text(REVISION)
    db = Database(new_database(tmp_path), house="essai", service="booking", pool_size=5)
    app = app_with(router, Settings(), db=db)
    app.state.gate, app.state.limit = None, 100
    yield app
    await db.close()


async def names(app: FastAPI) -> list[str]:
    async with app.state.service.db.reading() as session:
        return list(await session.scalars(text("SELECT name FROM places ORDER BY id")))


def key(value: str = "one-key-per-request") -> dict[str, str]:
    return {"idempotency-key": value}


async def test_sent_again_it_gets_the_same_answer_and_one_effect(app: FastAPI) -> None:
    async with visitor(app) as client:
        first = await client.post("/places", json={"name": "Zoé"}, headers=key())
        again = await client.post("/places", json={"name": "Zoé"}, headers=key())
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["content-type"] == again.headers["content-type"]
    assert first.headers["location"] == again.headers["location"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await names(app) == ["Zoé"]


@pytest.mark.parametrize("headers", [{}, key("short"), key(""), key("x" * 201)])
async def test_without_a_proper_key_it_is_400_and_nothing_happens(app: FastAPI, headers: dict[str, str]) -> None:
    async with visitor(app) as client:
        answer = await client.post("/places", json={"name": "Zoé"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-needed")
    assert await names(app) == []


async def test_the_same_key_for_something_else_is_422(app: FastAPI) -> None:
    async with visitor(app) as client:
        await client.post("/places", json={"name": "Zoé"}, headers=key())
        other = await client.post("/places", json={"name": "Ali"}, headers=key())
        elsewhere = await client.post("/places?caller=relais&x=1", json={"name": "Zoé"}, headers=key())
    assert [one.json()["code"] for one in (other, elsewhere)] == ["idempotency-key-reused"] * 2
    assert await names(app) == ["Zoé"]


async def test_another_caller_may_use_the_same_key(app: FastAPI) -> None:
    async with visitor(app) as client:
        for caller in ("relais", "acepp"):
            answer = await client.post(f"/places?caller={caller}", json={"name": caller}, headers=key())
            assert answer.status_code == 201
    assert await names(app) == ["relais", "acepp"]


async def test_two_at_once_have_one_effect_and_the_second_gets_the_firsts_answer(app: FastAPI) -> None:
    app.state.gate = gate = Gate()
    async with visitor(app) as client:
        first = asyncio.create_task(client.post("/places", json={"name": "Zoé"}, headers=key()))
        await gate.entered.wait()
        second = asyncio.create_task(client.post("/places", json={"name": "Zoé"}, headers=key()))
        await waiting_on_a_lock(app)
        gate.go_on.set()
        answers = await asyncio.gather(first, second)
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert await names(app) == ["Zoé"]


WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
)


async def waiting_on_a_lock(app: FastAPI) -> None:
    """Until Postgres says that a statement waits for another transaction."""
    waiting = 0
    async with asyncio.timeout(10):
        while not waiting:
            # a transaction each time: within one, Postgres shows the same list of activities again
            async with app.state.service.db.reading() as session:
                waiting = await session.scalar(WAITING)
            await asyncio.sleep(0.02)


async def test_a_refusal_is_not_kept(app: FastAPI) -> None:
    async with visitor(app) as client:
        await client.post("/places", json={"name": "Zoé"}, headers=key("the first of them"))
        app.state.limit = 1
        full = await client.post("/places", json={"name": "Ali"}, headers=key())
        assert full.json()["code"] == "full"
        app.state.limit = 2
        answer = await client.post("/places", json={"name": "Ali"}, headers=key())
    assert answer.status_code == 201
    assert "idempotency-replayed" not in answer.headers
    assert await names(app) == ["Zoé", "Ali"]


async def test_a_double_click_on_a_form_acts_once_and_leads_to_the_same_page(app: FastAPI) -> None:
    async with visitor(app) as client:
        sent = {"name": "Zoé", "idempotency_key": "a-key-of-this-form"}
        answers = [await client.post("/forms", data=sent) for _ in range(2)]
        missing = await client.post("/forms", data={"name": "Zoé"})
    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, "/places")] * 2
    assert missing.status_code == 400
    assert await names(app) == ["Zoé"]
