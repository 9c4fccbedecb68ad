"""From a commission's run to contracts: what is proposed fits, what is offered is held, what is freed goes on."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
import time_machine
from enrolment.creche.book import Book, Contract
from enrolment.creche.criteria import Criteria
from enrolment.creche.criteria_file import load
from enrolment.creche.fitting import No
from enrolment.creche.hours import grid
from enrolment.creche.occupation import Occupation
from enrolment.creche.places import YEAR, Giving
from enrolment.nursery.book import who_asks
from enrolment.nursery.committee import MoreThanThereIs
from enrolment.nursery.demands import asked
from enrolment.tables import CrechePlaceOffer
from enrolment.testing import Desk
from enrolment.testing.commission import ENTRY, MEETS, Commission
from enrolment.use_cases.accept_place import PlaceOver
from enrolment.use_cases.depart_from_proposal import ReasonMissing
from enrolment.use_cases.expire_places import expire_places
from enrolment.use_cases.propose_places import DecidedAlready, NotDrawnYet
from enrolment.use_cases.withdraw_application import WithdrawApplication, withdraw_application
from ronde.house import Creche
from ronde.house import load as load_house

pytestmark = pytest.mark.database
CRITERIA: Criteria = load(Path(__file__).parents[3] / "deploy/house/commissions/2027-03.toml")
FULL = ("08:00-17:00",) * 5
MONDAY, TUESDAY = ("08:00-17:00",), ("", "08:00-12:00")
Open = Callable[..., Commission]


@pytest.fixture
def commission(desk: Desk, house_file: Path) -> Open:
    """A crèche of some places, with a commission of its own."""
    [creche] = load_house(house_file).creches
    made: list[Creche] = []

    def small(places: int = 2, insertion: int = 0) -> Commission:
        overflow = creche.overflow.model_copy(update={"percent": 100})
        kept = creche.insertion.model_copy(update={"places": insertion})
        id = f"creche-{len(made)}"
        one = creche.model_copy(update={"id": id, "places": places, "overflow": overflow, "insertion": kept})
        made.append(one)
        criteria = CRITERIA.model_copy(update={"commission": f"commission-{len(made)}"})
        return Commission(desk, one, criteria)

    return small


async def test_in_the_order_of_points_each_has_the_dearest_week_that_fits(commission: Open) -> None:
    one = commission(places=1)
    await one.team(2)
    low = await one.asks(FULL, MONDAY, shown=("fratrie",), born=date(2025, 1, 1))
    high = await one.asks(TUESDAY, shown=("commune",))
    with time_machine.travel(MEETS, tick=False):
        found = await one.propose()
        assert (found[high].number, found[high].proposed) == (1, 0)
        assert (found[low].number, found[low].proposed) == (2, 1), "the whole week does not fit beside Tuesday"
        await one.decide()
        [first, second] = await one.offers("offered")
        assert {first.application_id, second.application_id} == {low, high}
        assert first.deadline.astimezone(one.terms.timezone).isoformat() == "2027-04-01T18:00:00+02:00", "no night"
        account = "\n".join((await one.decisions())[low].account["fr"])
        assert "Vos points : 20. Votre place : 1 sur 1 demandes" in account, "of that age"
        assert "Cette semaine ne tient pas" in account
        assert "mardi 7 septembre, 8 h" in account.replace("\xa0", " ")


async def test_about_these_hours_is_the_nearest_week_that_fits_and_the_family_reads_it(commission: Open) -> None:
    """From the run to the contract; and what is freed is found by the same rule."""
    one = commission(places=1)
    await one.team(2)
    first = await one.asks(("08:00-12:00", "08:00-17:00"), shown=("commune", "fratrie"), born=date(2025, 1, 1))
    not_so = await one.asks(("11:30-17:30",), shown=("commune",))
    about = await one.asks(("11:30-17:30",), ("", "", "08:00-17:00"), shown=("fratrie",), flexible=True)
    both = [await one.asks(("", "", "", "08:30-12:30"), flexible=True)]
    family, born = (await one.applications())[both[0]].party_id, date(2026, 1, 1)
    sister = await one.asks(("", "", "", "12:00-16:00"), flexible=True, born=born, party=family, together_with=both[0])
    both.append(sister)
    shifted = ["12:00-18:00", "", "", "", "", "", ""]
    with time_machine.travel(MEETS, tick=False):
        found = await one.propose()
        assert [found[id].proposed for id in (first, not_so, about, *both)] == [0, None, 0, 0, 0]
        assert [found[id].shifted for id in (first, about)] == [None, shifted]
        assert [found[id].shifted for id in both] == [None, ["", "", "", "12:30-16:30", "", "", ""]]
        await one.depart(about, None, "Une erreur")
        await one.depart(about, 0, "Finalement non")
        assert (await one.decisions())[about].shifted is None, "found anew with the decision"
        await one.decide()
        assert (await one.decisions())[about].shifted == shifted
        account = (await one.decisions())[about].account
        assert "Vos horaires sont décalés d'une heure au plus" in " ".join(account["fr"])
        assert "as you said would do: Monday: 12:00 – 18:00." in " ".join(account["en"])
        offers = {offer.application_id: offer for offer in await one.offers()}
        assert offers[about].week == shifted
        await one.decline(offers[first])
        assert (await one.offers())[-1].application_id != not_so, "the hours that it asks for are held"
        await one.decline(offers[about])
        [freed] = [offer for offer in await one.offers("offered") if offer.application_id == not_so]
        assert freed.week == ["11:30-17:30", "", "", "", "", "", ""]
        await one.decline(freed)
        told = await one.desk.told("creche-place.offered.v1")
        assert shifted[0] in [event["data"]["week"]["monday"] for event in told]


async def test_a_week_that_is_offered_is_held_and_becomes_a_contract(commission: Open) -> None:
    one = commission(places=1)
    await one.team(2)
    await one.asks(MONDAY)
    with time_machine.travel(MEETS, tick=False):
        await one.propose()
        await one.decide()
        held = (await one.occupation(ENTRY, ENTRY + YEAR)).present(date(2027, 9, 6), 40)
        assert held.children == 1
        [offer] = await one.offers("offered")
        await one.accept(offer)
        await one.accept(offer)
        assert (await one.occupation(ENTRY, ENTRY + YEAR)).present(date(2027, 9, 6), 40) == held, "once, not twice"
        told = await one.desk.told("creche-place.offered.v1", "creche-place.accepted.v1", "page.issued.v1")
        [accepted] = [one["data"] for one in told if one["type"] == "creche-place.accepted.v1"]
        assert accepted["week"] == {"monday": "08:00-17:00"} | dict.fromkeys(
            ("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        )
        assert [one["type"] for one in told].count("page.issued.v1") == 2, "of the application and of the offer"


async def test_declined_or_expired_it_goes_to_the_next_by_the_same_rule_and_says_why(commission: Open) -> None:
    one = commission(places=1)
    await one.team(2)
    first = await one.asks(FULL, TUESDAY, shown=("commune", "fratrie"))
    too_long = await one.asks(FULL, shown=("commune",))
    third = await one.asks(MONDAY, shown=("fratrie",))
    last = await one.asks(MONDAY, shown=())
    with time_machine.travel(MEETS, tick=False) as clock:
        await one.propose()
        await one.decide()
        [offer] = await one.offers("offered")
        assert offer.application_id == first
        await one.decline(offer)
        [offer] = await one.offers("offered")
        assert (offer.application_id, offer.because["why"]) == (too_long, "declined"), "who said no is not asked again"
        clock.move_to(MEETS + timedelta(days=12))
        with pytest.raises(PlaceOver):
            await one.accept(offer)
        async with one.desk.db.transaction() as tx:
            assert await expire_places(tx, one.terms)
        [offer] = await one.offers("offered")
        assert (offer.application_id, offer.because["why"]) == (third, "expired")
        async with one.desk.db.transaction() as tx:
            await withdraw_application(tx, one.terms, WithdrawApplication(id=third))
        [offer] = await one.offers("offered")
        assert (offer.application_id, offer.because["why"]) == (last, "withdrawn")
        told = await one.desk.told("creche-place.declined.v1", "creche-place.expired.v1", "creche-place.withdrawn.v1")
        assert [one["type"].split(".")[1] for one in told] == ["declined", "expired", "withdrawn"]


async def test_an_ordinary_child_never_takes_the_last_place_kept_for_insertion(commission: Open) -> None:
    one = commission(places=2, insertion=1)
    await one.team(2)
    ordinary = [await one.asks(MONDAY, shown=("commune", "fratrie")) for _ in range(2)]
    kept = await one.asks(MONDAY, shown=(), place="insertion")
    with time_machine.travel(MEETS, tick=False):
        found = await one.propose()
    assert sorted(found[id].proposed is None for id in ordinary) == [False, True]
    assert found[kept].proposed == 0


async def test_no_run_before_the_draw_and_the_committee_departs_with_a_reason(commission: Open) -> None:
    one = commission(places=1)
    await one.team(2)
    high = await one.asks(MONDAY, shown=("commune",))
    low = await one.asks(MONDAY, shown=())
    with time_machine.travel(MEETS - timedelta(days=20)), pytest.raises(NotDrawnYet):
        await one.propose()

    with time_machine.travel(MEETS, tick=False):
        await one.propose()
        with pytest.raises(ReasonMissing):
            await one.depart(low, 0, " ")
        await one.depart(low, 0, "Un accueil en urgence")
        with pytest.raises(MoreThanThereIs):
            await one.decide()
        assert await one.offers() == []
        await one.depart(high, None, "La famille a trouvé ailleurs")
        await one.decide()
        [offer] = await one.offers()
        assert offer.application_id == low
        account = "\n".join((await one.decisions())[high].account["fr"])
        assert "pas de place" in account, "as decided, not as proposed"
        assert "Dernière admission dans le groupe « les petits » pour la même semaine : 0 points." in account
        [departure] = (await one.decisions())[high].departures
        assert (departure["by"], departure["reason"]) == ("bottines", "La famille a trouvé ailleurs")
        with pytest.raises(DecidedAlready):
            await one.propose("another draw")


async def test_held_and_contracts_never_pass_the_capacity_and_nobody_is_offered_out_of_order(commission: Open) -> None:
    """Whatever is accepted, declined, left to expire or withdrawn, in any order."""
    for seed in range(2):
        await anything_happens(commission, Random(seed))


async def anything_happens(commission: Open, random: Random) -> None:
    one = commission(places=random.choice((2, 3)), insertion=random.choice((0, 1)))
    await one.team(3)
    for _ in range(6):
        weeks = [
            tuple(random.choice(("", "08:00-17:00", "08:00-12:30", "12:00-17:00")) for _ in range(3))
            for _ in range(random.choice((1, 2, 3)))
        ]
        shown = random.sample(("commune", "fratrie", "jumeaux"), random.randrange(4))
        place = "insertion" if random.random() < 0.2 else "ordinary"
        flexible = random.random() < 0.5
        await one.asks(*[week if any(week) else MONDAY for week in weeks], shown=shown, place=place, flexible=flexible)
    with time_machine.travel(MEETS, tick=False) as clock:
        await one.propose()
        await one.decide()
        seen: set[UUID] = set()
        await in_order(one, seen)
        for _ in range(30):
            offers = await one.offers("offered")
            if not offers:
                break
            offer = random.choice(offers)
            match random.randrange(4):
                case 0:
                    with suppress(PlaceOver):  # its deadline went by with another's
                        await one.accept(offer)
                case 1:
                    await one.decline(offer)
                case 2:
                    async with one.desk.db.transaction() as tx:
                        await withdraw_application(tx, one.terms, WithdrawApplication(id=offer.application_id))
                case _:
                    clock.move_to(max(one.deadline for one in offers) + timedelta(minutes=1))
                    async with one.desk.db.transaction() as tx:
                        assert await expire_places(tx, one.terms)
            await in_order(one, seen)


async def in_order(one: Commission, seen: set[UUID]) -> None:
    """No rule is broken; and whoever waits had no week that would fit beside those ahead, and those there before.

    Counted here from the offers, not as the service counts them.
    """
    offers = await one.offers("offered", "accepted")
    decisions, applications = await one.decisions(), await one.applications()
    team = (await one.book(ENTRY, ENTRY + YEAR)).staff

    def with_these(several: Iterable[CrechePlaceOffer]) -> Occupation:
        weeks = [(who_asks(applications[offer.application_id]), offer) for offer in several]
        contracts = tuple(Contract(child=c.id, start=o.starts_on, grid=grid(*o.week)) for c, o in weeks)
        book = Book(children=tuple(child for child, _ in weeks), contracts=contracts, staff=team)
        return Occupation(one.creche, book, ENTRY, ENTRY + YEAR)

    full = with_these(offers)
    for at in range(full.size):
        used, most = full.week(at)
        assert used <= most
        for _, moment in full.moments(full.day(at)):
            assert moment.broken is None
    new = [offer for offer in offers if offer.id not in seen]
    seen |= {offer.id for offer in new}
    for id, waits in applications.items():
        if waits.state != "waiting":
            continue
        ahead = [o for o in offers if o not in new or decisions[o.application_id].number < decisions[id].number]
        beside = Giving({one.creche.id: with_these(ahead)})
        for wish in range(decisions[id].still):
            week = asked(waits, wish, MEETS.date())
            assert week is not None
            assert isinstance(beside.give([week]), No), "it could have been theirs"
