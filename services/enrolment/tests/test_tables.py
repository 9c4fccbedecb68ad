"""The tables in the code are those of the migrations."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from enrolment.tables import Base
from enrolment.testing import Desk
from sqlalchemy import Connection

pytestmark = pytest.mark.database


def differences(connection: Connection) -> list[Any]:
    """Tables that are the kit's (outbox, inbox, …) are not compared."""

    def ours(_object: object, name: str | None, type_: str, _reflected: bool, _other: object) -> bool:
        return type_ != "table" or name in Base.metadata.tables

    context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
    return list(compare_metadata(context, Base.metadata))


async def test_tables_and_migrations_agree(desk: Desk) -> None:
    async with desk.db.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
