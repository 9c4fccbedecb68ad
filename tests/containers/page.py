"""docs/operate.md, as an ops person follows it: its commands, and how they are run in a house's checkout."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .house import House, say

ALONE = "One service alone"
"""The section for another machine than the house's."""


def commands(checkout: Path, *, alone: bool = False) -> Iterator[str]:
    """Each line of each `sh` frame, without its comment: those for a house, or those for one service alone."""
    page = (checkout / "docs" / "operate.md").read_text(encoding="utf-8")
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        if section.startswith(ALONE) == alone:
            for frame in re.findall(r"^```sh\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL):
                yield from (line.split("  #")[0].strip() for line in frame.splitlines() if line.strip())


def follow(house: House, line: str) -> None:
    """AssertionError, with its last words, when it failed."""
    say(line)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RONDE_", "COMPOSE_"))}
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=house.folder,
        env=kept | {"COMPOSE_PROJECT_NAME": house.name},
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, f"{line}: {(done.stdout + done.stderr)[-2000:]}"
