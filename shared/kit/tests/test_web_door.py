"""What holds for every request before a route sees it."""

from collections.abc import AsyncIterator
from unittest.mock import Mock

import pytest
from fastapi import APIRouter, FastAPI, Request
from ronde.web.door import LIMIT
from ronde.web.testing import Settings, app_with, visitor
from sqlalchemy.pool import QueuePool

router = APIRouter()
JSON = {"content-type": "application/json"}


@router.post("/echo")
async def echo(request: Request) -> dict[str, int]:
    return {"bytes": len(await request.body())}


@router.get("/row")
def row() -> None:
    """A pool in which every connection is taken."""
    pool = QueuePool(Mock, pool_size=1, max_overflow=0, timeout=0.01)
    taken = pool.connect()
    pool.connect()
    taken.close()


@pytest.fixture
def app() -> FastAPI:
    return app_with(router, Settings())


async def test_too_many_at_once_may_come_again_and_nothing_failed(app: FastAPI) -> None:
    async with visitor(app) as client:
        answer = await client.get("/row")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "crowded", "5")


async def test_a_body_up_to_the_limit_passes_whole(app: FastAPI) -> None:
    async with visitor(app) as client:
        assert (await client.post("/echo", content=b"x" * LIMIT)).json() == {"bytes": LIMIT}


async def test_a_body_over_the_limit_is_refused_announced_or_not(app: FastAPI) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * 65_536

    async with visitor(app) as client:
        announced = await client.post("/echo", content=b"x" * (LIMIT + 1))
        streamed = await client.post("/echo", content=unannounced())
    assert (announced.status_code, announced.json()["code"]) == (413, "too-large")
    assert (streamed.status_code, streamed.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # a program
        ({"origin": "http://house.test"}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site", "origin": "http://house.test"}, 403),
    ],
)
async def test_a_form_from_another_site_is_refused(app: FastAPI, headers: dict[str, str], status: int) -> None:
    async with visitor(app) as client:
        assert (await client.post("/echo", content=b"{}", headers=headers)).status_code == status


async def test_every_answer_wears_the_security_headers(app: FastAPI) -> None:
    async with visitor(app) as client:
        for answer in [await client.get("/nowhere"), await client.get("/sign-in"), await client.post("/echo")]:
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert answer.headers["cache-control"] == "no-store"
