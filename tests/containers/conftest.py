"""One house in containers for all of these tests, which run in the order in which they are written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .house import House, engine_answers, say

NO_ENGINE = "No Docker engine with compose answers here: start one, and run `make test-containers` again."


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not engine_answers():
        for item in items:
            item.add_marker(pytest.mark.skip(reason=NO_ENGINE))


@pytest.fixture(scope="session")
def checkout(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def house(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Built, up and healthy, with the catcher; gone afterwards."""
    house = House(checkout, tmp_path_factory.mktemp("clone"), "ronde-test", "try")
    house.down()
    try:
        house.build()
        say(f"everything healthy after {house.up():.0f} s")
        yield house
    finally:
        house.down()
