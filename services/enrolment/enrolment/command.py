"""`ronde contacts`: how families are reached, told to notify once more. The kit finds it by its entry point."""

import asyncio

import typer

app = typer.Typer(no_args_is_help=True, help="How families are reached.")


@app.callback()
def contacts() -> None:
    """How families are reached."""


@app.command()
def tell() -> None:
    """Tell notify every contact again: its database is older than ours, and no journal has them."""
    # only now: every `ronde` command loads this module
    from ronde.database import Database
    from ronde.house import load

    from enrolment.settings import Settings
    from enrolment.use_cases.tell_contacts import tell_contacts

    settings = Settings()

    async def run() -> int:
        db = Database(settings.database_url, house=load(settings.house_file).id, service=settings.service, pool_size=2)
        told, after, more = 0, None, True
        try:
            while more:
                async with db.transaction() as tx:
                    count, after = await tell_contacts(tx, after)
                told, more = told + count, after is not None
        finally:
            await db.close()
        return told

    typer.echo(f"{asyncio.run(run())} contacts are on their way to notify")
