"""A run with a crèche's engine beside it, and what is kept of it until the committee has decided."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from enrolment.creche import criteria_seal
from enrolment.creche.committee import Ledger
from enrolment.creche.criteria import Criteria, NotAsPublished
from enrolment.creche.fitting import No
from enrolment.creche.hours import Grid
from enrolment.creche.matching import Judge, Run, Shifted, run
from enrolment.creche.matching_forms import Application, Pool
from enrolment.creche.occupation import Occupation
from enrolment.creche.places import Asked, Giving, most

Weeks = Mapping[str, tuple[tuple[Asked, ...], ...]]
"""Of each application, for each of its wishes, the week of each child who comes."""


class Given(NamedTuple):
    """All that a run was given and what it proposed: its accounts are made from it again."""

    seed: str
    applications: tuple[Application, ...]
    places: tuple[tuple[Pool, int], ...]
    criteria: str
    inputs: str
    proposed: dict[str, int | None]
    unfit: tuple[tuple[str, int, No], ...]
    shifted: dict[str, Grid]

    @property
    def run(self) -> Run:
        unfit = {(id, wish): no for id, wish, no in self.unfit}
        return Run(
            criteria=self.criteria, inputs=self.inputs, seed=self.seed, proposed=self.proposed, unfit=unfit,
            shifted=self.shifted,
        )  # fmt: skip

    def ledger(self, criteria: Criteria) -> Ledger:
        """Raises NotAsPublished when the criteria are not those of the run."""
        if criteria_seal.digest(criteria) != self.criteria:
            raise NotAsPublished(f"{criteria.commission} was published anew since it was run")
        return Ledger(criteria, self.applications, dict(self.places), self.run)

    def dump(self) -> dict[str, Any]:
        """As JSON has it."""
        return dict(zip(self._fields, KEPT.dump_python(self, mode="json"), strict=True))


KEPT = TypeAdapter(Given)


def given(kept: Mapping[str, Any]) -> Given:
    """What was dumped."""
    return KEPT.validate_python([kept[name] for name in Given._fields])


def judging(giving: Giving, applications: Iterable[Application], weeks: Weeks) -> Judge:
    """Gives these weeks, one application after another."""
    children = {one.id: one.children for one in applications}

    def judge(id: str, wish: int) -> Shifted | No:
        asked = weeks[id][wish]
        given = giving.give(asked)
        if isinstance(given, No):
            return given
        several = zip(children[id], asked, given, strict=True)
        return {child.id: found.week for child, one, found in several if found.week != one.week}

    return judge


def propose(
    criteria: Criteria,
    applications: Collection[Application],
    weeks: Weeks,
    occupations: Mapping[str, Occupation],
    seed: str,
) -> Given:
    """In the order of the line each has the dearest of its weeks that fits. Raises NotAsPublished."""
    starts = {one.start for wishes in weeks.values() for several in wishes for one in several}
    places = {
        pool: n for creche, full in occupations.items() for pool, n in most(full, criteria, creche, starts).items()
    }
    found = run(criteria, applications, places, seed, judging(Giving(occupations), applications, weeks))
    return Given(
        seed=seed, applications=tuple(applications), places=tuple(sorted(places.items())), criteria=found.criteria,
        inputs=found.inputs, proposed=dict(found.proposed),
        unfit=tuple((id, wish, no) for (id, wish), no in sorted(found.unfit.items())),
        shifted=dict(found.shifted),
    )  # fmt: skip
