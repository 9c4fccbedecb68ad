"""The round in containers: a day is played from outside, then each is harmed in turn; nothing is lost or doubled."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from .house import House, say
from .life import Life

pytestmark = pytest.mark.timeout(300)
EIGHT_PLACES = "Comptines et jeux de doigts"


@pytest.fixture(scope="module")
def life(house: House, checkout: Path) -> Life:
    """The day has been played: the relay's program and the families stand outside the containers' networks."""
    say("a day in the house")
    words = [sys.executable, "examples/day", house.endpoints()]
    played = subprocess.run(words, cwd=checkout, capture_output=True, text=True, timeout=240, check=False)
    assert played.returncode == 0, played.stdout + played.stderr
    assert "Nobody else was told." in played.stdout
    assert "each of them once" in played.stdout
    sessions = httpx.get(f"{house.url}/enrolment/sessions", trust_env=False).json()
    session = next(one["session_id"] for one in sessions if one["title"]["fr"] == EIGHT_PLACES)
    return Life(house, checkout / "examples" / "partner-relay", session)


def test_a_day_from_the_partner_s_calendar_to_the_families_telephones(life: Life) -> None:
    life.proven()


@pytest.mark.parametrize("name", ["booking", "enrolment", "notify", "rabbitmq", "postgres", "caddy", "catcher"])
def test_killed_and_started_again(life: Life, name: str) -> None:
    say(f"{name} is killed")
    with life.going_on():
        with life.house.killed(name):
            life.some_more()
        life.house.ready()
        life.some_more()
    life.proven()


def test_the_broker_is_paused(life: Life) -> None:
    say("the broker is paused")
    with life.going_on():
        with life.house.paused("rabbitmq"):
            life.some_more()
        life.house.ready()
    life.proven()


@pytest.mark.parametrize("name", ["booking", "enrolment", "notify"])
def test_a_service_loses_its_network_and_finds_it_again(life: Life, name: str) -> None:
    say(f"{name} is off the network")
    with life.going_on():
        with life.house.disconnected(name):
            life.some_more()
        life.house.ready()
        life.some_more()
    life.proven()
