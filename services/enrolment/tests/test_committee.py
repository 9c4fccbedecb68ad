"""What each family reads of a run, what everybody reads, and what the committee decides instead."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from enrolment.creche.committee import Full, Ledger
from enrolment.creche.committee_decisions import Departure, NoReason, TooMany, decisions
from enrolment.creche.committee_figures import LEAST, Figures, public
from enrolment.creche.committee_words import told
from enrolment.creche.criteria import Criteria, Shown
from enrolment.creche.criteria_file import load
from enrolment.creche.matching import run
from enrolment.creche.matching_forms import Application, Child, Places, Pool, Wish

CRITERIA: Criteria = load(Path(__file__).parents[3] / "deploy/house/commissions/2027-03.toml")
MONDAY, TUESDAY = "lundi-matin", "mardi-matin"
ONE, BOTH = frozenset({MONDAY}), frozenset({MONDAY, TUESDAY})
NAMES = {"bottines": {"fr": "Bottines et Bottillons", "en": "Bottines et Bottillons crèche"}}
BABY = date(2027, 2, 1)
MORNING = datetime(2027, 3, 12, 9, tzinfo=UTC)


def asks(id: str, *shown: str, grids: tuple[frozenset[str], ...] = (BOTH,), born: date = BABY) -> Application:
    answers = CRITERIA.answers(Shown(one, "nadia") for one in shown)
    return Application(id, (Child(f"child of {id}", born),), answers, tuple(Wish("bottines", (g,)) for g in grids))


def ledger(applications: list[Application], seats: int = 2) -> Ledger:
    places: Places = {Pool("bottines", "petits", slot): seats for slot in (MONDAY, TUESDAY)}
    return Ledger(CRITERIA, applications, places, run(CRITERIA, applications, places, "seed"))


SEVERAL = [
    asks("high", "commune", "deux-parents-actifs"),
    asks("middle", "commune", "handicap"),
    asks("low", "commune", grids=(BOTH, ONE)),
    asks("none"),
]
"""200, 130, 100 and no points, for two places."""


def read(application: str, language: str = "fr", among: list[Application] = SEVERAL) -> str:
    return "\n".join(told(ledger(among).account(application), CRITERIA, NAMES, language))


def test_a_family_reads_its_points_its_place_and_the_last_admitted() -> None:
    [dearest, other] = ledger(SEVERAL).account("low").wishes
    assert (dearest.outcome, dearest.points, dearest.place, dearest.among) == ("refused", 100, 3, 4)
    assert [last.points for last in dearest.last] == [130]
    assert dearest.full == tuple(Full(Pool("bottines", "petits", day), 130, False) for day in (MONDAY, TUESDAY))
    assert [last.points for last in other.last] == [None]
    text = read("low")
    assert "Vos points : 100. Votre place : 3 sur 4 demandes" in text
    assert "Dernière admission dans le groupe « les petits » pour la même semaine : 130 points." in text
    assert "Vœu 1 (Bottines et Bottillons ; lundi matin, mardi matin) : pas de place." in text
    assert "Lundi matin, mardi matin : les places sont allées à des demandes qui ont 130 points ou plus." in text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_family_reads_the_law_the_rule_and_how_to_appeal(language: str) -> None:
    text = read("middle", language)
    for word in ("L.311-3-1", "CADA", CRITERIA.appeal.to[language], CRITERIA.appeal.court[language], "SHA-256"):
        assert word in text
    assert "{" not in text


def test_a_sensitive_reason_is_in_no_account() -> None:
    text = read("middle")
    assert "Situation prise en compte : 30" in text
    assert "handicap" not in text.lower()


def test_who_lost_by_lot_reads_it() -> None:
    equal = [asks(f"f{n}", "commune") for n in range(3)]
    [loser] = [id for id, wish in ledger(equal).run.proposed.items() if wish is None]
    assert "le tirage au sort l'a mise devant" in read(loser, among=equal)


def test_too_few_places_and_no_age_group_are_said() -> None:
    [wish] = ledger([asks("a")], seats=0).account("a").wishes
    assert {full.last_points for full in wish.full} == {None}
    assert "aucun des groupes d'âge" in read("old", among=[asks("old", born=date(2020, 1, 1))])


def test_an_account_of_other_inputs_is_refused() -> None:
    good = ledger(SEVERAL)
    with pytest.raises(ValueError, match="not the applications"):
        Ledger(CRITERIA, SEVERAL[:-1], good.places, good.run)


@pytest.mark.parametrize(
    ("asked", "admitted", "figures"),
    [
        (LEAST - 1, LEAST - 1, Figures(None, None, None)),
        (LEAST, LEAST - 1, Figures(LEAST, None, None)),
        (LEAST + 2, LEAST, Figures(LEAST + 2, LEAST, 100)),
        (0, 0, Figures(None, None, None)),
    ],
)
def test_small_counts_are_hidden(asked: int, admitted: int, figures: Figures) -> None:
    several = [asks(f"f{n}", "commune") for n in range(asked)]
    assert public(ledger(several, seats=admitted)) == {("bottines", "petits"): figures}


def test_the_committee_departs_with_a_reason_that_stays_readable() -> None:
    given = Departure("low", 1, "commission", MORNING, "Une fratrie qui arrive en urgence")
    room = Departure("middle", None, "commission", MORNING, "La famille a trouvé ailleurs")
    found = decisions(ledger(SEVERAL), [given, room])
    assert (found["low"].proposed, found["low"].decided, found["low"].departures) == (None, 1, (given,))
    assert (found["high"].decided, found["high"].departures) == (0, ())
    again = room._replace(to=0, on=MORNING + timedelta(hours=1), reason="Finalement non")
    back = decisions(ledger(SEVERAL), [again, room])
    assert (back["middle"].decided, back["middle"].departures) == (0, (room, again))


def test_nobody_is_put_out_without_being_named() -> None:
    with pytest.raises(TooMany) as error:
        decisions(ledger(SEVERAL), [Departure("low", 1, "commission", MORNING, "Une raison")])
    assert error.value.over == {Pool("bottines", "petits", MONDAY): 1}


@pytest.mark.parametrize(("to", "reason"), [(None, " "), (2, "Un vœu que la famille n'a pas fait")])
def test_a_departure_says_why_and_to_which_wish(to: int | None, reason: str) -> None:
    with pytest.raises(NoReason):
        decisions(ledger(SEVERAL), [Departure("low", to, "commission", MORNING, reason)])
