"""The commissions of a house: a folder of files, each read with its mistakes, of each the newest version."""

from pathlib import Path

from ronde.house import House, HouseFileError, Problem
from ronde.house.lines import Lines

from enrolment.creche.criteria import Criteria
from enrolment.creche.criteria_file import load


def load_all(folder: Path | None, house: House) -> tuple[Criteria, ...]:
    """By the day on which they close; none without a folder.

    Raises HouseFileError for the first file that is wrong, or names a team that the house does not have; OSError when
    there is no such folder.
    """
    newest: dict[str, Criteria] = {}
    for file in sorted(folder.iterdir()) if folder else ():
        if file.suffix != ".toml":
            continue
        one = load(file)
        _check(file, one, newest.get(one.commission), {team.id for team in house.organisations})
        if one.commission not in newest or newest[one.commission].version < one.version:
            newest[one.commission] = one
    return tuple(sorted(newest.values(), key=lambda one: (one.closes, one.commission)))


def _check(file: Path, one: Criteria, other: Criteria | None, teams: set[str]) -> None:
    lines = Lines(file.read_text(encoding="utf-8"))
    found = []
    for team in one.applications.teams:
        if team not in teams:
            says = f"the house has no {team!r}. Write one of: {', '.join(sorted(teams))}"
            found.append(Problem(lines.of(("applications", "teams")), says))
    if other is not None and other.version == one.version:
        says = f"another file is version {one.version} of {one.commission!r} too. Give this one another version"
        found.append(Problem(lines.of(("version",)), says))
    if found:
        raise HouseFileError(file.name, found)
