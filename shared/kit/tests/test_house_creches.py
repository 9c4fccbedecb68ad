"""The crèche of a house file: its rules with their articles, its open days, and each mistake in it."""

from datetime import date, time
from pathlib import Path

import pytest
from ronde.house import Creche, HouseFileError, load, parse

FILE = Path(__file__).parents[3] / "deploy/house/villeurbanne.toml"
TEXT = FILE.read_text()


@pytest.fixture(scope="module")
def creche() -> Creche:
    [one] = load(FILE).creches
    return one


def test_each_rule_says_its_article_and_how_sure_it_is(creche: Creche) -> None:
    rules = {
        "overflow": creche.overflow, "week": creche.week, "ratio": creche.ratio, "rounding": creche.rounding,
        "team": creche.team, "first_category": creche.first_category, "insertion": creche.insertion,
        "walking": creche.walking, "emergency": creche.emergency, "occasional": creche.occasional,
    }  # fmt: skip
    assert {name: rule.sure for name, rule in rules.items()} == {
        "overflow": "B", "week": "A", "ratio": "B", "rounding": "C", "team": "A", "first_category": "A",
        "insertion": "B", "walking": "C", "emergency": "C", "occasional": "C",
    }  # fmt: skip
    assert all(rule.article for rule in rules.values())


def test_what_the_file_leaves_out_is_the_law_s(creche: Creche) -> None:
    names = ("overflow", "week", "rounding", "team", "first_category", "walking", "occasional")
    lines = [line for line in TEXT.splitlines() if not line.startswith(tuple(f"{name} " for name in names))]
    [plain] = parse("\n".join(lines)).creches
    assert plain == creche


@pytest.mark.parametrize(
    ("day", "open"),
    [
        (date(2027, 1, 12), True),
        (date(2027, 1, 16), False),  # a Saturday
        (date(2027, 3, 29), False),  # Easter Monday
        (date(2027, 4, 19), False),  # the first day of the week in spring
        (date(2027, 4, 26), True),
        (date(2026, 12, 23), True),
        (date(2027, 1, 4), True),
    ],
)
def test_open_days(creche: Creche, day: date, open: bool) -> None:
    assert creche.hours(day) == ((time(7, 30), time(18, 30)) if open else None)


def test_a_house_without_a_creche() -> None:
    assert parse(TEXT[: TEXT.index("[[creches]]")]).creches == ()


SECOND = '[[creches]]\nid = "bottines"\norganisation = "bottines"\nname.fr = "B"\nname.en = "B"\nplaces = 10\n' + (
    'ratio = { mode = "any-age" }\ninsertion = { places = 0 }\n'
    'opening = { monday = "closed", tuesday = "closed", wednesday = "closed", thursday = "closed", '
    'friday = "closed", saturday = "closed", sunday = "closed" }\n'
)
EDITS = {
    # name: (what is replaced, by what, how the line begins at which the mistake is shown, what is said of it)
    "of nobody": (
        'organisation   = "bottines"', 'organisation = "botines"', 'organisation = "botines"',
        ["no organisation is called 'botines'", "Did you mean 'bottines'?"],
    ),
    "no places": ("places         = 30\n", "", "[[creches]]", ["'places' is missing", "such as: places = 30"]),
    "a ratio of its own": (
        'ratio          = { mode = "walking"', 'ratio = { mode = "mixed"', "ratio",
        ["it can be 'walking' or 'any-age'"],
    ),
    "no choice of ratio": (
        'ratio          = { mode = "walking",', "ratio = {", "ratio", ["'ratio.mode' is missing", "such as: ratio ="],
    ),
    "a word misspelt in a rule": ("{ percent = 115,", "{ per_cent = 115,", "overflow", ["'overflow.per_cent'"]),
    "less than the places": ("{ percent = 115,", "{ percent = 90,", "overflow", ["overflow.percent is 90"]),
    "a rule nobody can be asked about": (
        'article = "CASF D.214-7"', 'article = ""', "insertion", ["insertion.article is ''"],
    ),
    "surer than sure": ('"CASF D.214-7", sure = "B"', '"CASF D.214-7", sure = "D"', "insertion", ["'A', 'B' or 'C'"]),
    "no place for insertion": (
        "insertion      = { places = 2", "insertion = { places = 0", "insertion",
        ["the law wants one in twenty", "write places = 1"],
    ),
    "hours between the quarters": (
        'opening.monday = "07:30', 'opening.monday = "07:40', "opening.monday", ["monday has 07:40", "write 07:30"],
    ),
    "hours in words": (
        'opening.monday = "07:30-18:30"', 'opening.monday = "all day"', "opening.monday",
        ['write it as "08:00-19:00"'],
    ),
    "an answer that comes too late to come": (
        "answer_minutes = 20", "answer_minutes = 90", "occasional", ["too late to come", "write answer_minutes = 30"],
    ),
    "more asked at once than can be told kindly": (
        "asked_at_once = 1", "asked_at_once = 6", "occasional", ["occasional.asked_at_once is 6"],
    ),
    "more places kept than there are": (
        "emergency      = { places = 1", "emergency = { places = 29", "emergency", ["of 30", "write places = 28"],
    ),
    "a closing that ends before it begins": (
        "to = 2027-04-25", "to = 2027-04-18", "[[creches.closures]]", ["swap 'from' and 'to'"],
    ),
    "a closing in one language": (
        'reason.en = "Spring closing"\n', "", 'reason.fr = "Fermeture de printemps"', ["reason.en is missing"],
    ),
    "a closing inside another": (
        "from = 2027-04-19", "from = 2027-01-02", "[[creches.closures]]", ["shares days with number 1"],
    ),
    "two of one name": ("[[creches]]\n", SECOND + "[[creches]]\n", "id ", ["'bottines' is already the id of line"]),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_mistake_is_told_with_its_line_and_its_remedy(name: str) -> None:
    old, new, where, said = EDITS[name]
    assert TEXT.count(old) == 1
    text = TEXT.replace(old, new)
    with pytest.raises(HouseFileError) as caught:
        parse(text)
    told = [(text.splitlines()[problem.line - 1], problem.says) for problem in caught.value.problems]
    assert any(line.startswith(where) and all(part in says for part in said) for line, says in told), told
