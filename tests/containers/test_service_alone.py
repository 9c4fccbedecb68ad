"""Each service on a machine of its own, on the house's bus: by its own compose.yml, with its own database and door."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from .house import SERVICES, House, docker, until
from .life import EVENING, tell_calendar
from .page import commands, follow

pytestmark = pytest.mark.timeout(1800)
OPENED = "SELECT count(*) FROM inbox WHERE consumer = 'notify.session.opened.v1'"


@pytest.fixture(params=SERVICES)
def alone(house: House, checkout: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """In a checkout of its own, as the page says; the house's own of that name is stopped meanwhile."""
    name = request.param
    away = House(checkout, tmp_path / "away", f"{house.name}-{name}")
    away.settle(RONDE_DOMAIN="localhost", RONDE_URL=f"https://localhost:{away.env['RONDE_HTTPS_PORT']}")
    # The house's machine as another one sees it: from outside of its network, at the port for partners.
    machine = docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}").strip()
    bus = f"{house.env[f'{name.upper()}_BROKER']}@{machine}:{house.amqp_ports[0]}"
    house.compose("stop", name)
    try:
        for line in commands(checkout, alone=True):
            follow(away, line.replace("PASSWORD@BROKER:5672", bus).replace("notify", name))
        yield away
    finally:
        away.down()
        house.compose("start", name)
        house.ready(name)


def test_a_plan_goes_round_when_one_of_the_three_is_elsewhere(
    house: House, alone: House, checkout: Path, tmp_path: Path
) -> None:
    """The partner plans, booking reserves, enrolment opens, notify hears: one of these steps is not in the house."""
    name = alone.name.rpartition("-")[2]

    def elsewhere(query: str) -> list[str]:
        return alone.compose("exec", "-T", f"{name}-db", "psql", "-U", name, "-tAc", query).splitlines()

    def opened() -> int:
        return int((elsewhere(OPENED) if name == "notify" else house.sql("notify", OPENED))[0])

    before = opened()
    week = date.today() + timedelta(weeks=26, days=-date.today().weekday())  # noqa: DTZ011 - a Monday of the wall calendar
    numbers = range(5000 + 10 * SERVICES.index(name), 5003 + 10 * SERVICES.index(name))
    evenings = [EVENING.format(number=n, day=week + timedelta(days=1 + n % 10), hour=18) for n in numbers]
    tell_calendar(checkout, tmp_path / "evenings.ics", evenings, house.amqp_urls("relais")[0])
    until(lambda: opened() > before, "a session to be opened")
    assert int(elsewhere("SELECT count(*) FROM inbox")[0]) > 0
    until(lambda: elsewhere("SELECT count(*) FROM outbox WHERE published_at IS NULL") == ["0"], "its news to leave")
    with alone.over_tls(f"{name}-door") as http:
        page = http.get(f"/{name}/sign-in")
        assert f'action="/{name}/sign-in"' in page.text
        into = http.post(f"/{name}/sign-in", data={"key": alone.key("relais")})
        assert into.status_code == 303
        assert "; Secure" in into.headers["set-cookie"]
