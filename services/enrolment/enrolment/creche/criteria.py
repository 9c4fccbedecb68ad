"""The criteria of one commission: what gives points, how places are counted, how equal points are settled."""

from collections.abc import Collection, Iterable
from datetime import date
from functools import cached_property
from operator import and_
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import AfterValidator, Field
from ronde.house.creches import Rule
from ronde.house.model import Part
from ronde_contracts.event import Language, Slug, Words

from enrolment.creche.book import months_after
from enrolment.creche.hours import Grid, grid, hours, written

NEUTRAL = "neutral"
"""In place of the id of a criterion that touches health or social circumstances."""
Month = Annotated[int, Field(ge=-12, le=120)]
Texts = dict[Language, Annotated[str, Field(min_length=1, max_length=600)]]


class Criterion(Part):
    """`one_of`: of those with the same word only the highest counts. `at` a crèche: it counts in that one only."""

    id: Slug = Field(examples=['id = "fratrie"'])
    label: Words = Field(examples=['label.fr = "La famille habite la commune"'])
    points: int = Field(ge=1, le=10_000, examples=["points = 100"])
    proof: Words = Field(examples=['proof.fr = "Un justificatif de domicile"'])
    one_of: Slug | None = Field(None, examples=['one_of = "activite"'])
    sensitive: bool = Field(False, examples=["sensitive = true"])
    at: Literal["anywhere", "creche"] = Field("anywhere", examples=['at = "creche"'])


class Group(Part):
    """An age group: whole months on the commission's day, both ends included; negative before birth."""

    id: Slug = Field(examples=['id = "petits"'])
    name: Words = Field(examples=['name.fr = "les petits"'])
    from_months: Month = Field(examples=["from_months = 0"])
    to_months: Month = Field(examples=["to_months = 11"])


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Slot(Part):
    """A half-day of the week, or a typical week: what places are counted in. `week`: which hours are in it."""

    id: Slug = Field(examples=['id = "lundi-matin"'])
    name: Words = Field(examples=['name.fr = "lundi matin"'])
    week: dict[Weekday, Annotated[str, AfterValidator(lambda text: written(hours(text)))]] = Field(
        min_length=1, examples=['week = { monday = "07:30-13:00" }']
    )

    @cached_property
    def grid(self) -> Grid:
        return grid(*(self.week.get(day, "") for day in get_args(Weekday)))


class Appeal(Part):
    """`to` whom one writes within `months`, and the `court` that judges."""

    months: int = Field(2, ge=1, le=12, examples=["appeal.months = 2"])
    to: Words = Field(examples=['appeal.to.fr = "la Ville, 1 place de la Mairie"'])
    court: Words = Field(examples=['appeal.court.fr = "le tribunal administratif de Lyon"'])


class Renewal(Rule):
    """An application is confirmed again within so many `months`, and is reminded of it `remind_days` before."""

    months: int = Field(ge=1, le=36)
    remind_days: int = Field(ge=1, le=60)


class Oldest(Rule):
    """The age at which a child may still come in, in whole months, included."""

    months: int = Field(ge=0, le=72)


class Applications(Part):
    """How applications are taken. `teams`: the organisations whose staff read them. `wishes`: at most so many."""

    teams: tuple[Slug, ...] = Field(min_length=1, examples=['teams = ["bottines"]'])
    wishes: int = Field(ge=1, le=10, examples=["wishes = 3"])
    renew: Renewal | None = Field(
        None, examples=['renew = { months = 6, remind_days = 21, article = "usage", sure = "C" }']
    )
    oldest: Oldest = Field(examples=['oldest = { months = 36, article = "usage", sure = "C" }'])


class Shown(NamedTuple):
    """A criterion whose proof somebody of the team has seen; `creche` for one that counts in a crèche only."""

    criterion: str
    seen_by: str
    creche: str | None = None


class Answer(NamedTuple):
    """What is kept of what a family has shown: points, and who saw the proof. `criterion` may be NEUTRAL."""

    criterion: str
    points: int
    seen_by: tuple[str, ...]
    creche: str | None = None


class NotAsPublished(ValueError):
    """What is brought before a commission does not follow its published file."""


class Criteria(Part):
    """A commission's published file. `draw` says from where the number comes that settles equal points."""

    commission: Slug = Field(examples=['commission = "villeurbanne-2027-03"'])
    version: int = Field(ge=1, examples=["version = 1"])
    name: Words = Field(examples=['name.fr = "Commission de mars 2027"'])
    published: date = Field(examples=["published = 2027-01-11"])
    closes: date = Field(examples=["closes = 2027-02-26"])
    drawn: date = Field(examples=["drawn = 2027-03-06"])
    ages_on: date = Field(examples=["ages_on = 2027-09-01"])
    draw: Texts = Field(examples=['draw.fr = "Les numéros du Loto du 6 mars 2027"'])
    neutral: Words = Field(examples=['neutral.fr = "Situation prise en compte"'])
    appeal: Appeal
    applications: Applications = Field(examples=["[applications]"])
    counted_by: Literal["half-day", "pattern"] = Field(examples=['counted_by = "half-day"'])
    slots: tuple[Slot, ...] = Field(min_length=1, max_length=40)
    groups: tuple[Group, ...] = Field(min_length=1)
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    def group_of(self, born: date) -> str | None:
        """The age group of a child born, or due, on that day; None: of none of them."""
        for group in self.groups:
            if months_after(born, group.from_months) <= self.ages_on < months_after(born, group.to_months + 1):
                return group.id
        return None

    def slots_of(self, week: Grid) -> frozenset[str]:
        """The half-days that a week has hours in; or the smallest typical week that has all of them, or none."""
        if self.counted_by == "half-day":
            return frozenset(one.id for one in self.slots if any(map(and_, one.grid, week)))
        whole = [one for one in self.slots if not any(asked & ~has for asked, has in zip(week, one.grid, strict=True))]
        return frozenset(one.id for one in sorted(whole, key=lambda one: sum(day.bit_count() for day in one.grid))[:1])

    def takes(self, day: date) -> bool:
        """Whether one may apply, and change what one asked for, on that day."""
        return self.published <= day <= self.closes

    def too_old(self, born: date, entry: date) -> bool:
        """To come in on that day."""
        return months_after(born, self.applications.oldest.months + 1) <= entry

    def answers(self, shown: Iterable[Shown]) -> tuple[Answer, ...]:
        """What is kept of what was shown: `one_of` is settled first, then sensitive ones become one sum.

        NotAsPublished: no such criterion, shown twice, or with a crèche where it has none, or the reverse.
        """
        by_id: dict[str, Shown] = {}
        for one in shown:
            if one.criterion not in self._by_id or one.criterion in by_id:
                raise NotAsPublished(f"{one.criterion!r} is no criterion of {self.commission}, or was shown twice")
            if (self._by_id[one.criterion].at == "creche") != (one.creche is not None):
                raise NotAsPublished(f"{one.criterion!r} counts at one crèche or anywhere: say which, or leave it out")
            by_id[one.criterion] = one
        counted = [(criterion, by_id[criterion.id]) for criterion in self._counted(by_id)]
        kept = [Answer(one.id, one.points, (by.seen_by,), by.creche) for one, by in counted if not one.sensitive]
        if hidden := [(one.points, by.seen_by) for one, by in counted if one.sensitive]:
            kept.append(Answer(NEUTRAL, sum(points for points, _ in hidden), tuple(sorted({by for _, by in hidden}))))
        return tuple(kept)

    def check(self, answers: Collection[Answer]) -> None:
        """NotAsPublished when these are not the points of the file, or count something twice."""
        hidden = sum(one.points for one in self.criteria if one.sensitive)
        counted: set[str] = set()
        for one in answers:
            criterion = self._by_id.get(one.criterion)
            if one.criterion == NEUTRAL:
                right = one.creche is None and 0 < one.points <= hidden
            elif criterion is None or criterion.sensitive:
                right = False
            else:
                right = one.points == criterion.points and (criterion.at == "creche") == (one.creche is not None)
            if not right:
                raise NotAsPublished(f"{self.commission} gives no {one.points} points for {one.criterion!r}")
            once = (criterion and criterion.one_of) or one.criterion
            if once in counted:
                raise NotAsPublished(f"{self.commission} gives points once for {once!r}")
            counted.add(once)

    def label(self, criterion: str) -> dict[str, str]:
        """Its words; KeyError when there is none."""
        return self.neutral if criterion == NEUTRAL else self._by_id[criterion].label

    def _counted(self, shown: Iterable[str]) -> list[Criterion]:
        """In the order of the file, without those that another of the same `one_of` is worth more than."""
        best: dict[str, Criterion] = {}
        found = [self._by_id[id] for id in self._by_id if id in set(shown)]
        for one in found:
            if one.one_of and (one.one_of not in best or one.points > best[one.one_of].points):
                best[one.one_of] = one
        return [one for one in found if not one.one_of or best[one.one_of] is one]

    @cached_property
    def _by_id(self) -> dict[str, Criterion]:
        return {one.id: one for one in self.criteria}
