"""`ronde up`: start the house on this machine, and stay until Ctrl-C."""

import signal
import time
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from ronde.house import HouseFileError, load
from ronde.local.endpoints import Ports
from ronde.local.process import INTERRUPTIONS, CannotStart
from ronde.local.supervisor import Supervisor, only_one

DAY = Path("examples/day")
"""A program that gets the endpoints file as its argument and plays a day; none there, none played."""


class _Enough(BaseException):
    """Ctrl-C, SIGTERM, or the terminal was closed."""


def up(
    empty: Annotated[bool, typer.Option("--empty", help="start the house without the day")] = False,
    data_dir: Annotated[Path, typer.Option(help="where the house keeps its data and logs")] = Path(".ronde"),
    port_base: Annotated[int, typer.Option(min=1024, max=65000, help="the first of ten ports")] = 8700,
    house: Annotated[Path, typer.Option(help="the house file, TOML")] = Path("deploy/house/villeurbanne.toml"),
) -> None:
    """Start the servers, the three services and the catcher; stop them all on Ctrl-C."""
    console = Console(highlight=False, markup=False)
    directory = data_dir.resolve()
    for number in INTERRUPTIONS:
        signal.signal(number, _enough)
    try:
        with only_one(directory):
            supervisor = Supervisor(load(house), house.resolve(), directory, Ports.from_base(port_base), console.print)
            try:
                with console.status("Starting the house …"):
                    supervisor.start()
                _tell(console, supervisor)
                _stay(console, supervisor, None if empty else DAY)
            finally:
                for number in INTERRUPTIONS:  # from here on it takes at most some seconds, and leaves nothing behind
                    signal.signal(number, signal.SIG_IGN)
                with console.status("Stopping …"):
                    supervisor.stop()
    except _Enough:
        console.print("Stopped: nothing of the house runs any more.")
    except (CannotStart, HouseFileError) as problem:
        console.print(str(problem), style="red", soft_wrap=True)
        raise typer.Exit(1) from None
    except httpx.HTTPError as problem:
        console.print(f"RabbitMQ did not take the house's topology: {problem}", style="red", soft_wrap=True)
        raise typer.Exit(1) from None


def _enough(*_: object) -> None:
    raise _Enough


def _tell(console: Console, supervisor: Supervisor) -> None:
    ports = supervisor.ports
    console.print()
    for name, port in {**ports.services, "messages": ports.catcher, "RabbitMQ": ports.broker.management}.items():
        console.print(f"  {name:<10} http://127.0.0.1:{port}/")
    console.print(f"\n  Doors and keys for programs: {supervisor.endpoints_file}\n  Ctrl-C stops everything.\n")


def _stay(console: Console, supervisor: Supervisor, day: Path | None) -> None:
    """Watch until interrupted; the day, when there is one, writes to the same terminal."""
    if day is not None and day.exists():
        supervisor.play(day)
    while True:
        time.sleep(0.5)
        for sentence in supervisor.fallen():
            console.print(sentence, style="red", soft_wrap=True)
