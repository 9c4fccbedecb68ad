"""`ronde messages`: what notify would write, on a terminal. The kit finds it by its entry point."""

from pathlib import Path
from typing import Annotated

import typer
from ronde.house import HouseFileError, load
from ronde_contracts.notify import Channel

from notify.purposes import PURPOSES, Purpose

app = typer.Typer(no_args_is_help=True, help="The messages that people get, with sample data.")


@app.callback()
def messages() -> None:
    """The messages that people get, with sample data."""


@app.command()
def preview(
    purpose: Annotated[Purpose, typer.Argument(help="why it is written")],
    house: Annotated[Path, typer.Option(envvar="RONDE_HOUSE_FILE", help="the house file")],
    language: Annotated[str, typer.Option(help="two letters, as in the house file or beside it")] = "fr",
    channel: Annotated[Channel, typer.Option(help="sms or email")] = "sms",
    html: Annotated[bool, typer.Option("--html", help="the e-mail as HTML")] = False,
) -> None:
    """Show one message as it would leave: an SMS with its parts, an e-mail with its subject."""
    # only now: every `ronde` command loads this module
    from notify.frame import BadFrame
    from notify.gsm import in_gsm, parts
    from notify.samples import sample
    from notify.wording import Wording, WordsMissing

    if channel not in PURPOSES[purpose].written:
        raise typer.BadParameter(f"{purpose} goes by {', '.join(PURPOSES[purpose].written)} only")
    try:
        known = load(house)
        wording = Wording(known.model_copy(update={"languages": (language,)}))
    except (HouseFileError, WordsMissing, BadFrame) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    facts = sample(purpose, language)
    if channel == "sms":
        text = wording.sms(purpose, language, facts)
        typer.echo(text)
        typer.echo(
            f"-- {len(text)} characters, {parts(text)} part(s), {'GSM-7' if in_gsm(text) else 'UCS-2'}", err=True
        )
        return
    subject, text, page = wording.email(purpose, language, facts)
    typer.echo(page if html else f"{subject}\n\n{text}")
