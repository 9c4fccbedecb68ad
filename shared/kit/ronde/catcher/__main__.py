"""`python -m ronde.catcher`."""

from pydantic_settings import CliApp

from .serve import main
from .settings import CatcherSettings

main(CliApp.run(CatcherSettings))
