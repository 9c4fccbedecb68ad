"""Several of each: replicas of the services, which start at once on an empty house, and a cluster of three brokers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .house import House, docker, say, until
from .life import Life, a_day_in

pytestmark = pytest.mark.timeout(1800)
REPLICAS = {"booking": 2, "enrolment": 2, "notify": 3}
NODES = ("rabbitmq", "rabbitmq-2", "rabbitmq-3")


@pytest.fixture(scope="module")
def many(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose tables are made by whichever replica comes first."""
    house = House(checkout, tmp_path_factory.mktemp("many"), "ronde-test-many", "try", "cluster")
    house.down()
    try:
        house.build()
        scale = [word for name, count in REPLICAS.items() for word in ("--scale", f"{name}={count}")]
        say(f"seven replicas and three brokers healthy after {house.up(*scale):.0f} s")
        yield house
    finally:
        house.down()


@pytest.fixture(scope="module")
def life(many: House, checkout: Path) -> Iterator[Life]:
    with a_day_in(many, checkout) as life:
        yield life


def test_all_replicas_came_up_on_an_empty_house_and_the_day_is_played_once(life: Life) -> None:
    for name, count in REPLICAS.items():
        assert len(life.house.containers(name)) == count
    life.proven()


def test_each_message_is_kept_by_three_nodes(life: Life) -> None:
    queues = [row.split("\t") for row in life.house.rabbitmqctl("list_queues", "name", "type", "members")]
    kept = {name: members.count("rabbit@") for name, kind, members in queues if kind in ("quorum", "stream")}
    assert {name: count for name, count in kept.items() if count != len(NODES)} == {}
    assert len(kept) > 30


def test_a_deadline_that_passes_is_told_once_however_many_watch_it(life: Life) -> None:
    house, here = life.house, f"session_id = '{life.session}'"
    leaving = house.sql("enrolment", f"SELECT id FROM enrolments WHERE {here} AND state = 'confirmed' LIMIT 3")  # noqa: S608
    for id in leaving:
        life.post(f"/enrolments/{id}/withdraw", {}, f"leave-{id}")
    offered = f"FROM enrolments WHERE {here} AND state = 'offered'"
    until(lambda: house.sql("enrolment", f"SELECT count(*) {offered}") == ["3"], "the places to be offered")
    house.sql("enrolment", f"UPDATE enrolments SET deadline = now() WHERE {here} AND state = 'offered'")  # noqa: S608
    until(lambda: house.sql("enrolment", f"SELECT count(*) {offered}") == ["0"], "the deadlines to pass")
    told = "SELECT count(*), count(DISTINCT subject) FROM outbox WHERE type = 'enrolment.expired.v1'"
    assert house.sql("enrolment", told) == ["3|3"]
    life.proven()


@pytest.mark.parametrize("name", REPLICAS)
def test_one_replica_is_killed_and_the_others_go_on(life: Life, name: str) -> None:
    say(f"one {name} of {REPLICAS[name]} is killed")
    with life.going_on():
        one = life.house.containers(name)[0]["Id"]
        docker("kill", one)
        life.some_more(8)
        docker("start", one)
        life.house.ready()
    life.proven()


@pytest.mark.parametrize("node", NODES)
def test_a_node_of_the_broker_is_killed_and_the_others_go_on(life: Life, node: str) -> None:
    say(f"{node} of three is killed")
    with life.going_on():
        with life.house.killed(node):
            done = len(life.families)
            life.some_more(12)
            assert len(life.families) > done
        life.house.ready()
    life.proven()
