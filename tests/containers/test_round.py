"""The round in containers: a day is played from outside, then each is harmed in turn; nothing is lost or doubled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .house import House, say
from .life import Life, a_day_in

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def life(house: House, checkout: Path) -> Iterator[Life]:
    with a_day_in(house, checkout) as life:
        yield life


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
