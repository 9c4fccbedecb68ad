"""How people enrol in the house's sessions: until when, in working time, and what they sign the first time."""

from datetime import time
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer
from ronde_contracts.event import Language, PartyKind, Slug, Words

from .charter import Weekday
from .model import Part


def _read_clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(value) if len(value) == len("16:00") else _no_clock()
    except (TypeError, ValueError):
        return _no_clock()


def _no_clock() -> Any:
    raise ValueError('write it as "16:00", between "00:00" and "23:59"')


Clock = Annotated[time, BeforeValidator(_read_clock), PlainSerializer(lambda clock: f"{clock:%H:%M}", return_type=str)]


def _in_french(words: dict[str, str]) -> dict[str, str]:
    if "fr" not in words:
        raise ValueError("fr must be there: it is the language that everyone in the house reads")
    return words


Text = Annotated[dict[Language, Annotated[str, Field(min_length=1, max_length=20_000)]], AfterValidator(_in_french)]


class Enrolments(Part):
    """Until when one may enrol in a session whose organiser says nothing else. Times are the house's wall clock.

    Until the eve, at `on_the_eve`, when the team works that day. Else until the last day before on which it works, at
    `before_days_off`: for a Monday until Friday afternoon, so that somebody can still prepare for who comes.
    A day on which the house is closed is no working day, whatever the weekday.
    """

    working_days: tuple[Weekday, ...] = Field(
        ("monday", "tuesday", "wednesday", "thursday", "friday"),
        min_length=1,
        examples=['working_days = ["monday", "tuesday", "thursday", "friday"]'],
    )
    on_the_eve: Clock = Field(time(23, 59), examples=['on_the_eve = "23:59"'])
    before_days_off: Clock = Field(time(16), examples=['before_days_off = "16:00"'])


class Agreement(Part):
    """What an organisation asks people to agree to the first time that they enrol with it, and at each new version."""

    organisation: Slug = Field(examples=['organisation = "relais"'])
    version: str = Field(min_length=1, max_length=20, examples=['version = "2026-09"'])
    signed_by: tuple[PartyKind, ...] = Field(min_length=1, examples=['signed_by = ["childminder"]'])
    title: Words = Field(examples=['title.fr = "La charte du relais"'])
    text: Text = Field(examples=['text.fr = "Je viens avec les enfants dont je suis responsable."'])
