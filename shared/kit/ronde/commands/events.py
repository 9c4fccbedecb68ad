"""`ronde events`: see the bus, say something on it, check a message before it is said, replay what was said."""

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from aio_pika.abc import AbstractIncomingMessage
from ronde_contracts.envelope import CONTENT_TYPE
from ronde_contracts.validate import validate
from yarl import URL

from ronde import journal
from ronde.local.doors import DEFAULT, ops_amqp_url, partner_amqp_url
from ronde.publisher import NotConfirmed, Publisher
from ronde.topology import EVENTS

app = typer.Typer(no_args_is_help=True, help="The bus: see it, speak on it, replay it.")
DataDir = Annotated[Path, typer.Option(help="the data folder of a running house")]
Since = Annotated[str, typer.Option(help="first, next, an offset, or a time like 2027-01-12T09:00:00+01:00")]
FILES = Annotated[list[Path], typer.Argument(help="structured CloudEvents as JSON, one a file; - for standard input")]


@app.command()
def tail(
    since: Since = "next",
    follow: Annotated[bool, typer.Option(help="go on with what comes; Ctrl-C ends")] = True,
    whole: Annotated[bool, typer.Option("--json", help="each event whole, one a line")] = False,
    data_dir: DataDir = DEFAULT,
) -> None:
    """Print what is said on the bus, one line an event: time, routing key, subject, sequence."""

    async def run() -> None:
        async for message in journal.read(ops_amqp_url(data_dir), point(since), follow=follow):
            typer.echo(message.body.decode(errors="replace") if whole else _line(message))

    _run(run())


@app.command()
def publish(
    files: FILES,
    user: Annotated[str, typer.Option("--as", help="the partner who speaks, like relais")],
    data_dir: DataDir = DEFAULT,
) -> None:
    """Check messages, then publish them as a partner; nothing is published unless all are right."""
    bodies = _checked(files)

    async def run() -> None:
        url = partner_amqp_url(data_dir, user)
        publisher = Publisher(url, user=URL(url).user or user)
        try:
            for body in bodies:
                event = json.loads(body)
                await publisher.publish(
                    EVENTS,
                    f"{user}.{event['type']}",
                    body,
                    message_id=event["id"],
                    kind=event["type"],
                    content_type=CONTENT_TYPE,
                )
                typer.echo(f"published {event['type']} {event['id']}")
        except NotConfirmed as problem:
            typer.echo(f"The broker did not take it: {problem}. May {user} publish this type?", err=True)
            raise typer.Exit(1) from None
        finally:
            await publisher.close()

    _run(run())


@app.command()
def check(files: FILES) -> None:
    """Say of each message that the house takes it, or everything that is wrong with it and what to do."""
    _checked(files)


@app.command()
def replay(
    queue: Annotated[str, typer.Option("--to", help="a consumer's queue, like notify.session.opened.v1")],
    since: Since = "first",
    kinds: Annotated[list[str] | None, typer.Option("--type", help="only this type; may be repeated")] = None,
    data_dir: DataDir = DEFAULT,
) -> None:
    """Put what the journal holds into one queue again, oldest first. Consumers know what they have seen."""

    async def run() -> None:
        count = 0
        try:
            async for count in journal.replay(ops_amqp_url(data_dir), queue, point(since), frozenset(kinds or ())):
                if sys.stderr.isatty():
                    typer.echo(f"\r{count} events", nl=False, err=True)
        except NotConfirmed as problem:
            typer.echo(f"After {count} events: {problem}. Is there a queue {queue!r}?", err=True)
            raise typer.Exit(1) from None
        typer.echo(f"{count} events replayed to {queue}")

    _run(run())


@app.command("catch-up")
def catch_up(
    service: Annotated[str, typer.Argument(help="like notify; it should be stopped")],
    since: Annotated[str, typer.Option(help="a time before its database was saved, like 2027-01-12T09:00:00+01:00")],
    but: Annotated[list[str] | None, typer.Option("--except", help="not this type; may be repeated")] = None,
    data_dir: DataDir = DEFAULT,
) -> None:
    """Let a service whose database is of yesterday hear again what was said since, in each of its queues."""

    async def run() -> None:
        found = await journal.catch_up(ops_amqp_url(data_dir), service, point(since), frozenset(but or ()))
        typer.echo(f"{service}: {found} events to hear again")

    _run(run())


def point(text: str) -> journal.Point:
    """Where in the journal, from what was typed. Raises typer.BadParameter."""
    if text in ("first", "next"):
        return "first" if text == "first" else "next"
    if text.isdigit():
        return int(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither first, next, an offset nor a time") from None
    if found.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset: add +01:00, or Z")
    return found


def _checked(files: list[Path]) -> list[bytes]:
    bodies = [sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes() for file in files]
    wrong = False
    for file, body in zip(files, bodies, strict=True):
        problems = validate(body)
        wrong = wrong or bool(problems)
        typer.echo(f"{file}: {'right' if not problems else 'wrong'}", err=bool(problems))
        for problem in problems:
            typer.echo(f"  {problem}", err=True)
    if wrong:
        raise typer.Exit(1)
    return bodies


def _line(message: AbstractIncomingMessage) -> str:
    try:
        event = json.loads(message.body)
        time, subject, sequence = event.get("time", ""), event.get("subject", ""), event.get("sequence", "-")
    except (ValueError, AttributeError):
        time, subject, sequence = "", "(no structured event)", "-"
    return f"{journal.offset(message):>7}  {str(time)[:19]:<19}  {message.routing_key:<44} {subject}  #{sequence}"


def _run(work: "asyncio._CoroutineLike[None]") -> None:
    try:
        asyncio.run(work)  # type: ignore[arg-type]
    except KeyboardInterrupt:
        raise typer.Exit from None
    except (ConnectionError, OSError) as problem:
        typer.echo(f"The broker does not answer: {problem}", err=True)
        raise typer.Exit(1) from None
