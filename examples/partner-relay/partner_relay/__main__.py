"""partner-relay: tell a Ronde house the programme of a relay, from its iCalendar file."""

import argparse
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from . import edit, programme
from .broker import Broker, NotHeard, place_of, user_of
from .envelope import envelope
from .ics import ProgrammeError
from .memory import Memory
from .news import Comparison, News, compare

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
URL = "PARTNER_AMQP_URL"
EPILOG = f"""
Your own broker URL comes from the house. Give it in the environment, where other users of the
machine cannot read it:   export {URL}=amqp://relais:PASSWORD@HOST:5672/

  partner-relay show   programme.ics
  partner-relay sync   programme.ics
  partner-relay move   programme.ics matinee-eveil-jeudi@relais.example 2027-01-21 2027-01-22T09:30
  partner-relay cancel programme.ics cafe-des-parents@relais.example 2027-02-12 --reason "Grève"

A session is named by the UID of its event and the day that its series gave it.
"""


def main(arguments: list[str] | None = None) -> int:
    """0: said, or nothing to say. 1: the house did not take it. 2: the file or the command is wrong."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except ProgrammeError as error:
        _tell(f"partner-relay: {error}")
        return 2
    except NotHeard as error:
        _tell(f"partner-relay: {error}")
        return 1


def show(options: argparse.Namespace) -> None:
    """What is in the file, without telling anybody."""
    for session in programme.read(options.file):
        state = "cancelled" if session.cancelled else ""
        title = session.plan["title"].get("fr", "")
        print(f"{_when(session.starts_at)}  {title:<44} {session.uid}  {session.day}  {state}".rstrip())


def sync(options: argparse.Namespace) -> int:
    """Say what is new in the file since the last time."""
    memory = Memory(options.memory or options.file.with_suffix(".said.json"))
    result = compare(programme.read(options.file), memory.said, datetime.now(UTC))
    user = user_of(options.amqp_url) if options.amqp_url else "relais"
    dry_run = getattr(options, "dry_run", False)
    if dry_run:
        for news in result.news:
            print(envelope(news, house=options.house, user=user).as_json())
    elif result.news:
        if not options.amqp_url:
            raise NotHeard(f"where is the house? Give its broker URL in {URL} or with --amqp-url")
        _tell(f"{user} speaks to {options.house} ({place_of(options.amqp_url)})")
        with Broker(options.amqp_url) as house:
            for news in result.news:
                house.say(envelope(news, house=options.house, user=user))
                memory.note(str(news.session_id), news.said)
                _tell(_line(news))
    _tell(_sum(result, "to say" if dry_run else "said"))
    return 0


def move(options: argparse.Namespace) -> int:
    """Give one session another time in the file, then sync."""
    edit.move(options.file, options.uid, options.day, options.start)
    return sync(options)


def cancel(options: argparse.Namespace) -> int:
    """Mark one session as cancelled in the file, then sync."""
    edit.cancel(options.file, options.uid, options.day, options.reason)
    return sync(options)


def _line(news: News) -> str:
    what = news.type.split(".")[1]
    return f"  {what:<9}  {_when(news.starts_at)}  {news.title}"


def _sum(result: Comparison, verb: str) -> str:
    if result.past and not (result.news or result.unchanged):
        return f"All {result.past} sessions of this file are over. Time for the next programme?"
    parts = [f"{len(result.news)} {verb}", f"{result.unchanged} known already"]
    if result.past:
        parts.append(f"{result.past} over, left in peace")
    return ", ".join(parts)


def _when(time: datetime) -> str:
    return f"{DAYS[time.weekday()]} {time:%d/%m/%Y %H:%M}"


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="partner-relay",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for run in (show, sync, move, cancel):
        command = commands.add_parser(run.__name__, help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        command.add_argument("file", type=Path, help="the programme, an iCalendar file")
        if run in (move, cancel):
            command.add_argument("uid", help="the UID of its event")
            command.add_argument(
                "day", type=date.fromisoformat, help="the day its series gave it, 2027-01-21"
            )
        if run is move:
            command.add_argument("start", type=datetime.fromisoformat, help="local time, 2027-01-22T09:30")
        if run is cancel:
            command.add_argument("--reason", help="in French, for the families to read")
        if run is not show:
            _connection(command)
        if run is sync:
            help = "print the messages as JSON lines and say nothing"
            command.add_argument("--dry-run", action="store_true", help=help)
    return parser


def _connection(command: argparse.ArgumentParser) -> None:
    house = os.environ.get("PARTNER_HOUSE", "villeurbanne")
    command.add_argument("--amqp-url", default=os.environ.get(URL), help=f"your broker URL; default ${URL}")
    command.add_argument("--house", default=house, help="its short name; default: %(default)s")
    command.add_argument("--memory", type=Path, help="what was said so far; default: FILE with .said.json")


if __name__ == "__main__":
    sys.exit(main())
