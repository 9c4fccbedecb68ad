"""Files that a crèche's team takes away, as French spreadsheets open them by a double click. Columns never change."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import StringIO

from ronde.house import Creche
from ronde.web.language import pick

from enrolment.creche.figures import WeekFigures
from enrolment.creche.free_places import Free
from enrolment.creche.hours import clock

PLACES = ("creche", "semaine", "jour", "debut", "fin", "tranche", "places")
FIGURES = (
    "semaine", "lundi", "heures_enfants", "heures_permises", "occupation_pct", "heures_au_dela_des_places",
    "enfants_au_plus", "heures_equipe", "heures_sous_encadrement", "manque_au_plus",
)  # fmt: skip
AGES = {False: "non-marcheurs", True: "marcheurs"}


def places_sheet(creche: Creche, weeks: Mapping[date, Iterable[Free]]) -> bytes:
    """Of some weeks, by their Mondays: a line for each half-day and age group.

    As `Crèche;2027-W02;2027-01-11;07:30;13:00;marcheurs;3`.
    """
    name = pick(creche.name, "fr")
    lines = (
        (name, f"{monday:%G-W%V}", one.day, *map(clock, one.hours), AGES[one.walking], one.places)
        for monday, free in weeks.items()
        for one in free
    )
    return _written(PLACES, lines)


def figures_sheet(weeks: Iterable[WeekFigures]) -> bytes:
    """A line for each week: hours with two decimals, professionals and children as numbers."""
    return _written(FIGURES, (
        (
            f"{one.monday:%G-W%V}", one.monday, _hours(one.used), _hours(one.allowed), _decimal(one.percent),
            _hours(one.over), one.peak, _hours(one.staff), _hours(one.short), one.short_by,
        )
        for one in weeks
    ))  # fmt: skip


def _hours(quarters: int) -> str:
    return _decimal(quarters / 4)


def _decimal(number: float) -> str:
    return f"{number:.2f}".replace(".", ",")


def _written(header: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a byte order mark, semicolons, decimal commas: else Excel in French reads one column and `Ã©`."""
    file = StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(lines)
    return ("\ufeff" + file.getvalue()).encode()
