"""The crèche: does a grid fit from September to July, and a year's occupation; beside a scan of every quarter-hour."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random
from statistics import median

from enrolment.creche.book import Book, Child
from enrolment.creche.fitting import No, fits, nearest
from enrolment.creche.hours import A_DAY, grid
from enrolment.creche.occupation import Occupation
from enrolment.settings import Settings
from enrolment.testing.creche import Naive, a_book
from ronde.house import Creche, load

from benchmarks.measure import Row
from benchmarks.servers import Lab

START, END, YEAR_END = date(2026, 9, 1), date(2027, 7, 31), date(2027, 8, 31)
CHILDREN, TIMES = 30, 20
ASKED, WHOLE_DAYS = grid("08:00-17:00", "", "08:00-12:00"), grid(*["07:30-18:30"] * 5)
CHILD = Child(id="asked", born_on=date(2025, 12, 1))
"""Begins to walk in March."""


async def creche(_lab: Lab, runs: int) -> list[Row]:
    """Villeurbanne's crèche, its children with absences, adaptations and bookings: no two days are alike."""
    scan = "the same by a scan of every child and quarter-hour"
    ask = Row("a grid from September to July", "/s", scan, remark="the occupation is drawn; 200 are 5 ms")
    cold = Row("the same, nothing drawn before", "/s", scan, remark="200 are 5 ms")
    near = Row("the nearest grid that fits", "/s", scan, remark="of five whole days; the scan says only yes or no")
    year = Row("a year's occupation", "/s", scan, remark="20 are 50 ms")
    [place] = load(Settings().house_file).creches
    for run in range(runs):
        book = a_book(Random(run), CHILDREN, START, END)
        occupation, naive = Occupation(place, book, START, END), Naive(place, book)
        one_grid = _a_second(partial(naive.fits, CHILD, ASKED, START, END), 1)
        one_year = _a_second(partial(_scan, naive), 1)
        for row, baseline, question in (
            (ask, one_grid, partial(fits, occupation, CHILD, ASKED, START, END)),
            (cold, one_grid, partial(_cold, place, book)),
            (near, one_grid, partial(nearest, occupation, CHILD, WHOLE_DAYS, START, END)),
            (year, one_year, partial(_draw, place, book)),
        ):
            row.baselines.append(baseline)
            row.values.append(_a_second(question, TIMES))
    return [ask, cold, near, year]


def _cold(place: Creche, book: Book) -> No | None:
    return fits(Occupation(place, book, START, END), CHILD, ASKED, START, END)


def _draw(place: Creche, book: Book) -> int:
    """Everything that a picture of the year shows: children, staff, headroom and the binding rule."""
    occupation = Occupation(place, book, START, YEAR_END)
    return sum(len(occupation.moments(occupation.day(at))) for at in range(occupation.size))


def _scan(naive: Naive) -> int:
    """The children and the staff of the same quarter-hours, and no rule."""
    days = (START + timedelta(days=n) for n in range((YEAR_END - START).days + 1))
    return sum(naive.present(day, quarter).children for day in days for quarter in range(A_DAY))


def _a_second(question: Callable[[], object], times: int) -> float:
    """So many answers a second of the processor, by the median: what else the machine does is not asked."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        question()
        taken.append(time.process_time() - began)
    return 1 / median(taken)
