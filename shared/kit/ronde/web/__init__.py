"""The doors of a service: problems in words, keys, idempotency, pages. See README.md beside this file."""

from pathlib import Path

from fastapi import FastAPI

from . import door, pages, problems, schema, signin, static
from .host import Settings
from .idempotency import Once
from .keys import Organisation
from .pages import render
from .prefix import prefix_of
from .signin import Staff

__all__ = ["Once", "Organisation", "Staff", "install", "render"]


def install(app: FastAPI, settings: Settings, *, templates: Path | None = None) -> None:
    """Give `app` its doors. `templates` is the service's own folder, beside the kit's `ronde/…`."""
    if settings.secret and len(settings.secret) < 32:
        raise ValueError("RONDE_SECRET must have 32 characters or more: it signs the staff's cookies")
    app.state.pages = pages.Pages(templates)
    app.include_router(static.router)
    app.include_router(signin.router)
    problems.install(app)
    schema.describe(app)
    app.add_exception_handler(signin.SignInFirst, signin.sign_in_first)
    app.add_middleware(door.Door, prefix=prefix_of(settings))
