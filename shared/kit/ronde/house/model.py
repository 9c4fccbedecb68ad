"""The parts of a house file, each checked by itself."""

import re
from datetime import date, time, timedelta
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, EmailStr, Field, model_validator
from ronde_contracts.event import Language, Slug, Words

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COLOURS = ("terracotta", "lagoon", "plum", "moss", "ochre", "slate")
"""The equal colours of the style sheet, given in the order organisations joined."""

_SPAN = re.compile(r"^(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})$")


class Hours(NamedTuple):
    """From when to when, local wall-clock times of one day."""

    opens: time
    closes: time


def read_hours(value: Any) -> Any:
    """Hours as the file writes them; None for "closed"."""
    if value == "closed":
        return None
    if isinstance(value, tuple | type(None)):
        return value
    match = _SPAN.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('write it as "08:00-19:00", or "closed"')
    try:
        hours = Hours(
            time(int(match[1]), int(match[2])),
            time(int(match[3]), int(match[4])),
        )
    except ValueError:
        raise ValueError("a day has the hours 00:00 to 23:59") from None
    if hours.closes <= hours.opens:
        raise ValueError(f"it closes at {hours.closes:%H:%M}, before it opens: swap the two times")
    return hours


OpeningHours = Annotated[Hours | None, BeforeValidator(read_hours)]


class Part(BaseModel):
    """A frozen piece of the file; a key it does not know is a mistake, most often of spelling."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class OrganisationEntry(Part):
    """An organisation as the file has it."""

    id: Slug = Field(examples=['id = "relais"'])
    name: str = Field(min_length=1, max_length=120, examples=['name = "Acepp 69"'])
    kind: Literal["founder", "member", "guest"] = Field("member", examples=['kind = "founder"'])
    publishes: tuple[str, ...] = Field((), examples=['publishes = ["session.planned.v1"]'])
    notices: EmailStr | None = Field(
        None,
        description="where it is told what is its to decide; never on the bus",
        exclude=True,
        repr=False,
        examples=['notices = "equipe@structure.example"'],
    )


class Organisation(OrganisationEntry):
    """An organisation with its order of arrival (1 is the earliest, and no rank) and its colour."""

    joined: int
    colour: str


class RoomEntry(Part):
    """A room as the file has it."""

    id: Slug = Field(examples=['id = "grande-salle"'])
    name: Words = Field(examples=['name.fr = "Grande salle"'])
    area: float = Field(gt=0, description="m²", examples=["area = 48"])
    capacity: int = Field(ge=1, le=1000, description="people at once", examples=["capacity = 28"])
    half_of: Slug | None = Field(None, examples=['half_of = "grande-salle"'])
    setup_minutes: int = Field(0, ge=0, le=240, examples=["setup_minutes = 15"])
    tidy_minutes: int = Field(0, ge=0, le=240, examples=["tidy_minutes = 15"])
    equipment: tuple[str, ...] = Field((), examples=['equipment = ["tableau blanc"]'])


class Room(RoomEntry):
    """A room in its place among the others.

    - `parts`: the rooms that are directly a half of this one, () when it does not divide;
      `half_of` is the way back.
    - `spaces`: the indivisible spaces it takes, as integers of 30 bits: one for a room that does not divide,
      else all those of its parts, at any depth. Two rooms exclude each other exactly when they share one.
      A space keeps its number while the room keeps its id, whatever moves in the file.
    """

    parts: tuple[Slug, ...] = ()
    spaces: frozenset[int]

    @property
    def setup(self) -> timedelta:
        """The buffer before: the room is taken, and not yet in use."""
        return timedelta(minutes=self.setup_minutes)

    @property
    def tidy(self) -> timedelta:
        """The buffer after."""
        return timedelta(minutes=self.tidy_minutes)


class Opening(Part):
    """The hours of each day of the week; None: closed."""

    monday: OpeningHours
    tuesday: OpeningHours
    wednesday: OpeningHours
    thursday: OpeningHours
    friday: OpeningHours
    saturday: OpeningHours
    sunday: OpeningHours

    def on(self, weekday: int) -> Hours | None:
        """Monday is 0."""
        hours: Hours | None = getattr(self, WEEKDAYS[weekday])
        return hours


class Holidays(Part):
    """Which holidays there are, and what the house does in them."""

    country: Literal["FR"] = Field("FR", examples=['country = "FR"'])
    zone: Literal["A", "B", "C"] = Field(examples=['zone = "A"'])
    public: Literal["open", "closed"] = Field(examples=['public = "closed"'])
    school: Literal["open", "closed"] = Field(examples=['school = "open"'])


class Closure(Part):
    """Days on which the house is closed, both ends included."""

    first: date = Field(alias="from", examples=["from = 2026-12-24"])
    last: date = Field(alias="to", examples=["to = 2027-01-03"])
    reason: Words = Field(examples=['reason.fr = "Fermeture de fin d\'année"'])

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "Closure":
        if self.last < self.first:
            raise ValueError(f"it ends on {self.last}, before it begins: swap 'from' and 'to'")
        return self


class Head(Part):
    """What the file says first, of the whole house."""

    id: Slug = Field(examples=['id = "villeurbanne"'])
    timezone: str = Field(examples=['timezone = "Europe/Paris"'])
    languages: tuple[Language, ...] = Field(min_length=1, examples=['languages = ["fr", "en"]'])
    name: Words = Field(examples=['name.fr = "La maison"'])
