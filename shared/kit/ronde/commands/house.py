"""`ronde house`: look at a house file before the house does."""

from pathlib import Path
from typing import Annotated

import typer

from ronde.house import HouseFileError, load

app = typer.Typer(no_args_is_help=True, help="The house file: who, which rooms, when.")


@app.callback()
def _group() -> None:
    """Keeps `check` a word of its own while it is the only one."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a house file, TOML")],
) -> None:
    """Say that a house file is right, or each of its mistakes: the line and the remedy."""
    try:
        house = load(file)
    except HouseFileError as error:
        typer.echo(str(error), err=True)
        count = len(error.problems)
        typer.echo(f"{count} mistake{'s' if count > 1 else ''}; nothing was changed.", err=True)
        raise typer.Exit(1) from None
    halves = sum(room.half_of is not None for room in house.rooms)
    typer.echo(f"{file.name} is right: {house.name.get('fr', house.id)}")
    typer.echo(f"  {len(house.organisations)} organisations: {', '.join(o.name for o in house.organisations)}")
    typer.echo(f"  {len(house.rooms) - halves} rooms, {house.area:g} m², and {halves} parts of them")
    if until := house.enrolments:
        typer.echo(
            f"  one enrols until the eve, {until.on_the_eve:%H:%M}; before days off until {until.before_days_off:%H:%M}"
        )
    for creche in house.creches:
        typer.echo(f"  the crèche {creche.id!r} has {creche.places} places")
    typer.echo(
        f"  school holidays of zone {house.holidays.zone} are known until "
        f"{house.school_holidays_known_until}; a later day counts as none"
    )
