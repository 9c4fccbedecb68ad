"""Runs the benchmarks, prints a row for each, and adds the rows to benchmarks/results/results.json."""

import argparse
import json
import logging
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import structlog
import uvloop
from rich.console import Console
from ronde.service import spare_collector

from benchmarks import absence, bus, commission, creche, growth, latency, messages, rooms, rush
from benchmarks.measure import Row
from benchmarks.servers import Lab, lab

RESULTS = Path(__file__).parent / "results" / "results.json"
ALL: dict[str, Callable[[Lab, int], Awaitable[list[Row]]]] = {
    "relay": bus.relay,
    "consumer": bus.consumer,
    "latency": latency.commit_to_handler,
    "growth": growth.growth,
    "reserving": rooms.reserving,
    "looking": rooms.looking,
    "series": rooms.series,
    "rush": rush.rush,
    "messages": messages.messages,
    "absence": absence.absence,
    "commission": commission.commission,
    "creche": creche.creche,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=[*ALL], help="which (all by default)")
    parser.add_argument("--runs", type=int, default=3, help="times that each is measured")
    arguments = parser.parse_args()
    console = Console()
    spare_collector()  # as the services do
    # a line an event would hide the rows
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with console.status("starting servers"), lab() as servers:
        versions = {
            "python": python_version(),
            "rabbitmq": servers.rabbitmq_version,
            "postgres": servers.postgres_version,
            **{name: version(name) for name in ("aio-pika", "aiormq", "faststream", "sqlalchemy", "asyncpg")},
        }
        rows: list[Row] = []
        for name in [arguments.only] if arguments.only else ALL:
            with console.status(f"measuring {name}, {arguments.runs} times"):
                found = uvloop.run(_call(ALL[name], servers, arguments.runs))
            for row in found:
                console.print(str(row), highlight=False)
            rows += found
    RESULTS.parent.mkdir(exist_ok=True)
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    RESULTS.write_text(json.dumps([*known, *(row.as_json(versions) for row in rows)], indent=1))
    console.print(f"Added to {RESULTS.relative_to(Path.cwd()) if RESULTS.is_relative_to(Path.cwd()) else RESULTS}.")


async def _call(measure: Callable[[Lab, int], Awaitable[list[Row]]], servers: Lab, runs: int) -> list[Row]:
    return await measure(servers, runs)


if __name__ == "__main__":
    main()
