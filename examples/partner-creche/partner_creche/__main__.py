"""partner-creche: tell a Ronde house which child is absent, and print who comes instead."""

import argparse
import asyncio
import os
import sys
from datetime import date, datetime
from typing import Any
from uuid import UUID

from .envelope import Message, absence_id, envelope
from .house import NotHeard, house, user_of

URL = "PARTNER_AMQP_URL"
CRECHE = "bottines"
EPILOG = f"""
Your own broker URL comes from the house. Give it in the environment, where other users of the
machine cannot read it:   export {URL}=amqp://bottines:PASSWORD@HOST:5672/

  partner-creche absent 0199a1f0-6201-7c3e-9b21-5d0f4e6a6201 2027-02-09
  partner-creche absent 0199a1f0-6201-7c3e-9b21-5d0f4e6a6201 2027-02-09 --hours 08:00-12:00
  partner-creche back   0199a1f0-6201-7c3e-9b21-5d0f4e6a6201 2027-02-09
  partner-creche listen --until booked

A child is named by the id under which your crèche has written it down at the house.
"""


def main(arguments: list[str] | None = None) -> int:
    """0: said, or heard. 1: the house did not take it, or did not say what was waited for. 2: the command is wrong."""
    options = _parser().parse_args(arguments)
    try:
        return int(asyncio.run(options.run(options)))
    except NotHeard as error:
        _tell(f"partner-creche: {error}")
        return 1


async def absent(options: argparse.Namespace) -> int:
    """Declare that a child does not come; said again for the same first day, it is changed."""
    data = {
        "absence_id": str(absence_id(options.child, options.day)),
        "creche": options.creche,
        "child_id": str(options.child),
        "starts_on": options.day.isoformat(),
        "ends_on": (options.until or options.day).isoformat(),
        "hours": options.hours,
    }
    return await _say(options, "absence.declared.v1", data, f"absent  {options.child}  {options.day:%d/%m/%Y}")


async def back(options: argparse.Namespace) -> int:
    """Say that the child comes after all."""
    data = {"absence_id": str(absence_id(options.child, options.day))}
    return await _say(options, "absence.withdrawn.v1", data, f"back    {options.child}  {options.day:%d/%m/%Y}")


async def listen(options: argparse.Namespace) -> int:
    """Print what the house says of occasional care: offered, booked, declined, expired, withdrawn."""
    async with house(_url(options)) as connection:
        async for event in connection.hear(options.seconds):
            if event["data"].get("creche") == options.creche:
                print(_line(event), flush=True)
                if _what(event) == options.until:
                    return 0
    return 1 if options.until else 0


async def _say(options: argparse.Namespace, type: str, data: dict[str, Any], line: str) -> int:
    user = user_of(options.amqp_url) if options.amqp_url else CRECHE
    message: Message = envelope(type, data, house=options.house, user=user)
    if options.dry_run:
        print(message.as_json())
        return 0
    async with house(_url(options)) as connection:
        await connection.say(message)
    _tell(line)
    return 0


def _what(event: dict[str, Any]) -> str:
    return str(event["type"]).split(".")[1]


def _line(event: dict[str, Any]) -> str:
    """`booked  O-7KQ3TN  09/02/2027 09:00-12:00  child 0199…`: by our wall clock, as the house writes it."""
    data = event["data"]
    starts, ends = (datetime.fromisoformat(data[name]) for name in ("starts_at", "ends_at"))
    why = f"  ({data['why']})" if "why" in data else ""
    hours = f"{starts:%d/%m/%Y %H:%M}-{ends:%H:%M}"
    return f"{_what(event):<9}  {data['reference']}  {hours}  child {data['child_id']}{why}"


def _url(options: argparse.Namespace) -> str:
    if not options.amqp_url:
        raise NotHeard(f"where is the house? Give its broker URL in {URL} or with --amqp-url")
    return str(options.amqp_url)


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="partner-creche",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for run in (absent, back, listen):
        command = commands.add_parser(run.__name__, help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        command.add_argument("--amqp-url", default=os.environ.get(URL), help=f"your broker URL; default ${URL}")
        command.add_argument("--creche", default=CRECHE, help="its name in the house file; default: %(default)s")
        if run is listen:
            command.add_argument("--until", help="stop at the first of these: booked, say")
            command.add_argument("--seconds", type=float, default=5, help="give up after so long; default: %(default)g")
            continue
        name = os.environ.get("PARTNER_HOUSE", "villeurbanne")
        command.add_argument("--house", default=name, help="its short name; default: %(default)s")
        command.add_argument("--dry-run", action="store_true", help="print the message and say nothing")
        command.add_argument("child", type=UUID, help="the id of the child at the house")
        command.add_argument("day", type=date.fromisoformat, help="the first day, 2027-02-09")
        if run is absent:
            command.add_argument("--until", type=date.fromisoformat, help="the last day; default: the first")
            command.add_argument("--hours", help="of each day, in quarters of an hour: 08:00-12:00; default: all day")
    return parser


if __name__ == "__main__":
    sys.exit(main())
