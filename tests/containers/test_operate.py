"""docs/operate.md as an ops person follows it: every command in a frame, in the order of the page, in one checkout."""

import asyncio
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import aio_pika
import pytest

from .house import House, docker, say
from .life import a_day_in
from .page import commands, follow

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture
def here(checkout: Path, tmp_path: Path) -> Iterator[House]:
    house = House(checkout, tmp_path / "house", "ronde-test-operate", "try", "watch", "tools")
    with socket.create_server(("127.0.0.1", 0)) as free:
        house.settle(RONDE_WATCH_PORT=str(free.getsockname()[1]))
    house.down()
    yield house
    house.down()


def image_of_prometheus(checkout: Path) -> str:
    found = re.search(r"image: (prom/\S+)", (checkout / "deploy" / "compose" / "watch.yml").read_text())
    assert found
    return found[1]


async def a_partner_comes_over_tls(house: House) -> None:
    """Who shows the certificate that was made as the page says, and no other, is believed to be the house."""
    url = f"amqps://relais:{house.env['RELAIS_BROKER']}@localhost:{house.env['RONDE_AMQPS_PORT']}/"
    with pytest.raises(aio_pika.exceptions.AMQPConnectionError):
        await aio_pika.connect(url, timeout=20)
    async with await aio_pika.connect(f"{url}?cafile={house.folder}/.secrets/amqps.crt", timeout=20) as connection:
        channel = await connection.channel()
        await channel.get_exchange("ronde.events", ensure=False)


def test_every_command_of_the_page(here: House, checkout: Path) -> None:
    """And after each restore nothing was told twice, and what was said since the backup is known again."""
    followed = list(commands(checkout))
    assert len(followed) > 12
    image = image_of_prometheus(checkout)
    if subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False).returncode:
        subprocess.run(["docker", "pull", image], capture_output=True, check=False, timeout=300)
    if subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False).returncode:
        say(f"NOT TRIED: --profile watch, because {image} cannot be had here")
        followed = [line for line in followed if "--profile watch" not in line]
    life = None
    with ExitStack() as stack:
        for line in followed:
            if line.startswith("make backup") and life is None:
                life = stack.enter_context(a_day_in(here, checkout))
            follow(here, line)
            if life and line.startswith("make backup"):
                with life.going_on():  # what the next restore has to catch up with
                    life.some_more(8)
                life.proven()
            if life and line.startswith("make restore"):
                life.restored = True
                life.proven()
    here.ready("booking", "enrolment", "notify")
    asyncio.run(a_partner_comes_over_tls(here))
    assert (here.folder / "ronde.tar").stat().st_mode & 0o077 == 0
    assert len(docker("compose", "-p", here.name, "ps", "-q", "notify", cwd=here.folder).split()) == 3
