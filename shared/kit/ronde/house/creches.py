"""A crèche as data: its places, its hours, and the rules of capacity, each with its article and how sure it is."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field
from ronde_contracts.event import Slug, Words

from .calendar import public_holidays
from .model import Closure, Hours, Opening, Part

QUARTER = 15
"""Minutes: what a crèche counts in."""
MANY = 200
"""Places, at most: an occupation is counted in bytes."""


Article = Annotated[str, Field(min_length=1, max_length=120)]
Sure = Literal["A", "B", "C"]


class Rule(Part):
    """`article`: where it is written. `sure`: A the text was read, B several specialists agree, C a habit, a choice."""

    article: Article
    sure: Sure


class Overflow(Rule):
    """Children present at one moment, in percent of the places, rounded up."""

    percent: int = Field(115, ge=100, le=150)
    article: Article = "CSP R.2324-27 ; arrêté du 8 octobre 2021"
    sure: Sure = "B"


class Week(Rule):
    """Children's hours over a week, in percent of places x hours of opening."""

    percent: int = Field(100, ge=50, le=150)
    article: Article = "CSP R.2324-27"
    sure: Sure = "A"


class Ratio(Rule):
    """Children to one professional: by walking, `not_walking` and `walking`; or `any_age`. The crèche chooses."""

    mode: Literal["walking", "any-age"]
    not_walking: int = Field(5, ge=1, le=20)
    walking: int = Field(8, ge=1, le=20)
    any_age: int = Field(6, ge=1, le=20)
    article: Article = "CSP R.2324-46-4"
    sure: Sure = "B"


class Rounding(Rule):
    """How professionals for a mixed group are rounded up: each part of it, or their sum. No text settles it."""

    way: Literal["per-group", "sum"] = "per-group"
    article: Article = "CSP R.2324-46-4"
    sure: Sure = "C"


class Team(Rule):
    """Professionals with the children, as soon as there is one child."""

    at_least: int = Field(2, ge=1, le=10)
    article: Article = "CSP R.2324-43-1"
    sure: Sure = "A"


class FirstCategory(Rule):
    """Professionals of category 1° among them, in a crèche of more than `over_places`."""

    at_least: int = Field(1, ge=0, le=10)
    over_places: int = Field(24, ge=0, le=MANY)
    article: Article = "CSP R.2324-43-1"
    sure: Sure = "A"


class Insertion(Rule):
    """Places kept for children whose parents are in social or professional insertion."""

    places: int = Field(ge=0, le=MANY)
    article: Article = "CASF D.214-7"
    sure: Sure = "B"


class Walking(Rule):
    """From which age a child counts as walking whose own date nobody has written down."""

    from_months: int = Field(15, ge=6, le=36)
    article: Article = "aucun texte : un usage"
    sure: Sure = "C"


class Emergency(Rule):
    """Places that occasional care leaves free, for a child who has to be taken in at once."""

    places: int = Field(0, ge=0, le=MANY)
    article: Article = "aucun texte : un usage"
    sure: Sure = "C"


class Occasional(Rule):
    """How freed hours are offered.

    `asked_at_once`: how many families are asked about the same hours, which the first yes has. `answer_minutes`: how
    long an offer is held. `last_minutes`: before the hours begin; later is too late to come.
    `ahead_days`: hours further off are offered when they come nearer. `fair_weeks`: who was offered least in these
    comes first.
    """

    asked_at_once: int = Field(1, ge=1, le=5)
    answer_minutes: int = Field(20, ge=5, le=24 * 60)
    last_minutes: int = Field(60, ge=10, le=24 * 60)
    ahead_days: int = Field(14, ge=0, le=60)
    fair_weeks: int = Field(8, ge=1, le=52)
    article: Article = "aucun texte : un usage"
    sure: Sure = "C"


class Creche(Part):
    """A crèche of a member. Hours are the wall clock's, so a clock change in the night shifts nothing."""

    id: Slug = Field(examples=['id = "bottines"'])
    organisation: Slug = Field(examples=['organisation = "bottines"'])
    name: Words = Field(examples=['name.fr = "La crèche"'])
    places: int = Field(ge=1, le=MANY, examples=["places = 30"])
    opening: Opening = Field(examples=['opening.monday = "07:30-18:30"'])
    holidays: Literal["open", "closed"] = Field("closed", examples=['holidays = "closed"'])
    closures: tuple[Closure, ...] = ()
    ratio: Ratio = Field(examples=['ratio = { mode = "any-age", any_age = 6 }'])
    insertion: Insertion = Field(examples=["insertion = { places = 2 }"])
    overflow: Overflow = Field(Overflow(), examples=["overflow = { percent = 115 }"])
    week: Week = Field(Week(), examples=["week = { percent = 100 }"])
    rounding: Rounding = Field(Rounding(), examples=['rounding = { way = "per-group" }'])
    team: Team = Field(Team(), examples=["team = { at_least = 2 }"])
    first_category: FirstCategory = Field(FirstCategory(), examples=["first_category = { over_places = 24 }"])
    walking: Walking = Field(Walking(), examples=["walking = { from_months = 15 }"])
    emergency: Emergency = Field(Emergency(), examples=["emergency = { places = 1 }"])
    occasional: Occasional = Field(Occasional(), examples=["occasional = { answer_minutes = 20 }"])

    def hours(self, day: date) -> Hours | None:
        """(opens, closes) on that day; None when it is closed."""
        if any(closure.first <= day <= closure.last for closure in self.closures):
            return None
        if self.holidays == "closed" and day in public_holidays(day.year):
            return None
        return self.opening.on(day.weekday())
