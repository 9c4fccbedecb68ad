"""A commission's run: 1,000 and 10,000 applications for 100 crèches, weeks of half-days and places by pattern."""

import asyncio
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

from enrolment.creche.criteria import Criteria, Shown
from enrolment.creche.criteria_file import parse
from enrolment.creche.matching import run
from enrolment.creche.matching_forms import Application, Child, Places, Pool, Wish

from benchmarks.measure import Row
from benchmarks.servers import Lab

FILE = Path(__file__).parents[1] / "deploy/house/commissions/2027-03.toml"
SIZES = (1_000, 10_000)
CRECHES = 100
WISHES = 10
PLAIN = ("commune", "deux-parents-actifs", "un-parent-actif", "jumeaux")
HALF_OF = {"half-day": 0.3, "pattern": 0.05}
"""Half of the part of all families who want a slot: six half-days of ten, or one week of ten."""
Case = tuple[Criteria, Sequence[Application], Places]


async def commission(_lab: Lab, runs: int) -> list[Row]:
    """Against a tenth of the applications for the same crèches: ten is linear. Lower is better; the limit is 10 s."""
    rows = []
    for counted_by in ("half-day", "pattern"):
        for wishes in (WISHES, CRECHES):
            row = Row(f"{SIZES[1]:,} x {CRECHES}, {counted_by}, {wishes} wishes", "s", f"{SIZES[0]:,} applications")
            few, many = [await asyncio.to_thread(case, counted_by, size, wishes) for size in SIZES]
            for _ in range(runs):
                row.baselines.append(await asyncio.to_thread(seconds, few))
                row.values.append(await asyncio.to_thread(seconds, many))
            rows.append(row)
    return rows


def case(counted_by: str, size: int, wishes: int, creches: int = CRECHES) -> Case:
    """Places for about half of them, and half of the crèches dearer to everybody than the others. Always the same."""
    random = Random(size)
    text = FILE.read_text(encoding="utf-8").replace('counted_by = "half-day"', f'counted_by = "{counted_by}"')
    criteria = parse(text.replace("points   = 20", 'points   = 20\nat = "creche"') if counted_by == "pattern" else text)
    slots, names = [one.id for one in criteria.slots], [f"creche-{n}" for n in range(creches)]
    share = size * HALF_OF[counted_by] / creches / len(criteria.groups)
    places = {
        Pool(at, group.id, slot): int(share + random.random())
        for at in names
        for group in criteria.groups
        for slot in slots
    }
    applications = []
    for n in range(size):
        popular = random.sample(names[: creches // 2], creches // 2)
        dearest = [*popular, *random.sample(names[creches // 2 :], creches - creches // 2)][:wishes]
        grid = frozenset(random.sample(slots, 1 if counted_by == "pattern" else random.choice((2, 4, 6, 8, 10))))
        shown = [Shown(id, "bench") for id in random.sample(PLAIN, random.randrange(3))]
        if counted_by == "pattern":
            shown.append(Shown("fratrie", "bench", random.choice(names)))
        born = date(2025 + random.randrange(2), 1 + random.randrange(12), 1 + random.randrange(28))
        wanted = tuple(Wish(at, (grid,)) for at in dearest)
        applications.append(Application(f"family-{n}", (Child(f"child-{n}", born),), criteria.answers(shown), wanted))
    return criteria, applications, places


def seconds(case: Case) -> float:
    criteria, applications, places = case
    began = time.perf_counter()
    found = run(criteria, applications, places, "03-11-22-34-41")
    taken = time.perf_counter() - began
    assert any(wish is not None for wish in found.proposed.values())
    return taken
