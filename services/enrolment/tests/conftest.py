"""What the tests of enrolment share."""

from collections.abc import AsyncIterator

import pytest
from enrolment.rig import MIGRATIONS, Desk
from ronde.migrations import upgrade


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """On a fresh database of its own."""
    await upgrade(database_url, MIGRATIONS)
    desk = Desk(database_url)
    yield desk
    await desk.db.close()
