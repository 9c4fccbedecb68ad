"""The ledger: who used the rooms how long, week by week, and how even the sharing is."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from booking.drawing import columns, scale
from booking.ledger import Use, jain, ledger
from hypothesis import given
from hypothesis import strategies as st
from ronde.house import load
from ronde_contracts.event import Slot

HOUSE = load(Path(__file__).parents[3] / "deploy" / "house" / "villeurbanne.toml")
FIRST = date(2027, 3, 1)  # a Monday


def use(who: str, day: str, begins: str, ends: str, room: str = "Cuisine") -> Use:
    starts, ends_at = (datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=HOUSE.timezone) for at in (begins, ends))
    return Use(who, Slot(room="cuisine", room_name=room, starts_at=starts, ends_at=ends_at))


USES = [
    use("bottines", "2027-03-01", "09:00", "11:00"),
    use("relais", "2027-03-07", "23:00", "23:30"),
    use("bottines", "2027-03-08", "00:00", "01:30", "Salle d'atelier"),
    use("gone", "2027-03-08", "09:00", "10:00"),
    use("acepp", "2027-02-28", "09:00", "10:00"),
    use("acepp", "2027-05-24", "09:00", "10:00"),
]


def test_hours_by_week_and_room() -> None:
    found = ledger(HOUSE, FIRST, USES)
    assert found.organisations == ("bottines", "relais", "acepp", "gone")
    assert len(found.weeks) == 12
    assert found.weeks[0].hours == {"bottines": 2.0, "relais": 0.5, "acepp": 0.0, "gone": 0.0}
    assert found.weeks[1].hours == {"bottines": 1.5, "relais": 0.0, "acepp": 0.0, "gone": 1.0}
    assert found.rooms["Cuisine"] == {"bottines": 2.0, "relais": 0.5, "acepp": 0.0, "gone": 1.0}
    assert found.totals == {"bottines": 3.5, "relais": 0.5, "acepp": 0.0, "gone": 1.0}


def test_jain_s_index_is_of_the_founders() -> None:
    assert ledger(HOUSE, FIRST, USES).even == pytest.approx(16 / (3 * 12.5))
    assert ledger(HOUSE, FIRST, []).even is None
    assert jain([4, 4, 4]) == pytest.approx(1)
    assert jain([9, 0, 0]) == pytest.approx(1 / 3)


@given(st.lists(st.floats(0.25, 500), min_size=2, max_size=8), st.floats(0.5, 20))
def test_jain_s_index_has_its_bounds_and_no_unit(shares: list[float], by: float) -> None:
    index = jain(shares)
    assert index is not None
    assert 1 / len(shares) - 1e-9 <= index <= 1 + 1e-9
    assert jain([share * by for share in shares]) == pytest.approx(index)
    assert jain(shares[::-1]) == pytest.approx(index)


def test_the_drawing_has_a_piece_for_each_organisation_and_week() -> None:
    drawn = columns(ledger(HOUSE, FIRST, USES), {"bottines": "terracotta", "relais": "lagoon"}, 'Heures "<b>"')
    assert drawn.count("<rect") == 4
    assert 'height="160.0" class="dot-terracotta"' in drawn  # two hours, and the highest week has two and a half
    assert "<b>" not in drawn
    assert "style" not in drawn


def test_the_scale_goes_from_one_who_has_all_to_all_the_same() -> None:
    assert 'cx="10.0"' in scale(1 / 3, 3, "…")
    assert 'cx="710.0"' in scale(1, 3, "…")
    assert 'cx="360.0"' in scale(2 / 3, 3, "…")


def test_a_week_begins_on_the_house_s_monday() -> None:
    found = ledger(HOUSE, FIRST, [use("acepp", "2027-03-29", "00:30", "01:30")])  # clocks went forward the day before
    assert [week.monday for week in found.weeks if week.total] == [FIRST + timedelta(days=28)]
