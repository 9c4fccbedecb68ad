"""What a machine without RabbitMQ is told."""

import os
import subprocess
import sys

import pytest
from ronde.local.postgres import KEY
from ronde.local.ways import THREE_WAYS

# A machine where RabbitMQ is nowhere: the same program, looking in no place.
BARE = "from ronde.local import rabbitmq, prepare; rabbitmq.PLACES = (); prepare.prepare()"
AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def prepare(**environment: str) -> subprocess.CompletedProcess[str]:
    """As a plain user, who may not install anything."""
    user = [*AS_NOBODY, *KEY] if os.geteuid() == 0 else []
    kept = {key: value for key, value in os.environ.items() if not key.startswith("RONDE_")}
    return subprocess.run(
        [*user, sys.executable, "-c", BARE], env=kept | environment, capture_output=True, text=True, check=False
    )


def test_without_rights_to_install_one_sentence_names_three_ways() -> None:
    done = prepare(RONDE_SERVERS="local")
    assert done.returncode == 1
    assert done.stderr.strip().endswith(THREE_WAYS)


def test_a_given_broker_needs_nothing_installed() -> None:
    assert prepare(RONDE_AMQP_URL="amqp://somebody:else@127.0.0.1/").returncode == 0


def test_docker_asked_for_by_name_is_not_replaced_by_an_installation() -> None:
    done = prepare(RONDE_SERVERS="docker", DOCKER_HOST="tcp://127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr.strip().endswith(THREE_WAYS)


@pytest.mark.parametrize("word", ["Docker", "apt-get install rabbitmq-server", "RONDE_AMQP_URL"])
def test_the_sentence_names_each_way(word: str) -> None:
    assert word in THREE_WAYS
