"""docs/operate.md as an ops person follows it: every command in a frame, in the order of the page, in one checkout."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .house import House, docker, say

pytestmark = pytest.mark.timeout(1200)
ELSEWHERE = ("One service alone",)
"""Sections whose commands name a broker on another machine."""


def commands(page: str) -> Iterator[str]:
    """Each line of each `sh` frame, without its comment."""
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        if not section.startswith(ELSEWHERE):
            for frame in re.findall(r"^```sh\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL):
                yield from (line.split("  #")[0].strip() for line in frame.splitlines() if line.strip())


@pytest.fixture
def here(checkout: Path, tmp_path: Path) -> Iterator[House]:
    house = House(checkout, tmp_path / "house", f"ronde-operate-{os.getpid()}", "try", "watch", "tools")
    with socket.create_server(("127.0.0.1", 0)) as free, (house.folder / ".env").open("a") as env:
        env.write(f"RONDE_WATCH_PORT={free.getsockname()[1]}\n")
    yield house
    house.down()


def image_of_prometheus(checkout: Path) -> str:
    found = re.search(r"image: (prom/\S+)", (checkout / "deploy" / "compose" / "watch.yml").read_text())
    assert found
    return found[1]


def test_every_command_of_the_page(here: House, checkout: Path) -> None:
    followed = list(commands((checkout / "docs" / "operate.md").read_text(encoding="utf-8")))
    assert len(followed) > 12
    image = image_of_prometheus(checkout)
    if subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False).returncode:
        subprocess.run(["docker", "pull", image], capture_output=True, check=False, timeout=300)
    if subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False).returncode:
        say(f"NOT TRIED: --profile watch, because {image} cannot be had here")
        followed = [line for line in followed if "--profile watch" not in line]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RONDE_", "COMPOSE_"))}
    for line in followed:
        say(line)
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=here.folder,
            env=kept | {"COMPOSE_PROJECT_NAME": here.name},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, f"{line}: {(done.stdout + done.stderr)[-2000:]}"
    here.ready("booking", "enrolment", "notify")
    assert (here.folder / "ronde.tar").stat().st_mode & 0o077 == 0
    assert len(docker("compose", "-p", here.name, "ps", "-q", "notify", cwd=here.folder).split()) == 3
