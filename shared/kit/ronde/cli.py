"""`ronde`: one word, then what to do; a module of `ronde.commands` with an `app` is a group of commands.

A service brings its own by the entry point group `ronde.commands`: the kit knows none of them.
"""

import pkgutil
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec

import typer

from ronde import commands

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # passwords are among them
    help="Ronde: the software of a shared house.",
)
for _found in pkgutil.iter_modules(commands.__path__):
    if _found.name == "up":
        if find_spec("psutil"):  # an image without the extra `local` looks after a house, and starts none
            app.command()(import_module("ronde.commands.up").up)
        continue
    _group = getattr(import_module(f"{commands.__name__}.{_found.name}"), "app", None)
    if isinstance(_group, typer.Typer):
        app.add_typer(_group, name=_found.name)
for _brought in entry_points(group="ronde.commands"):
    app.add_typer(_brought.load(), name=_brought.name)
