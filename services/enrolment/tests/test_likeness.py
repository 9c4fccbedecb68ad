"""What makes two files look like one family, and what does not."""

from datetime import date

import pytest
from enrolment.doorkeys import number
from enrolment.likeness import key, same_child, same_name, same_person
from enrolment.tables import Child, Guardian
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.text("abcdefghijklmnopqrstuvwxyzéèçÉ -'", min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Camille Martin", "camille martin", True),
        ("Camille Martin", "Martin Camille", True),
        ("Camille Martin", "Camile Martin", True),
        ("Noé Béranger", "NOE BERANGER", True),
        ("Anne-Marie Durand", "Anne Marie Durand", True),
        ("Camille Martin", "Sacha Martin", False),
        ("Camille Martin", "Noor Haddad", False),
        ("李伟", "李伟", True),
        ("李伟", "王芳", False),
    ],
)
def test_names_alike(one: str, other: str, alike: bool) -> None:
    assert same_name(one, other) is alike


@given(NAMES, NAMES)
def test_a_likeness_has_no_direction_and_everybody_is_like_themselves(one: str, other: str) -> None:
    assert same_name(one, one)
    assert same_name(one, other) == same_name(other, one)
    assert key(one.upper()) == key(one)


def child(name: str, born: date, *, exactly: bool = True) -> Child:
    return Child(first_name=name, born_on=born, born_exactly=exactly)


def test_the_month_alone_is_enough_for_a_child_and_another_day_is_another_child() -> None:
    noe = child("Noé", date(2025, 3, 15))
    assert same_child(noe, child("noe", date(2025, 3, 1), exactly=False))
    assert not same_child(noe, child("Noé", date(2025, 3, 16)))
    assert not same_child(noe, child("Noé", date(2025, 4, 1), exactly=False))
    assert not same_child(noe, child("Lou", date(2025, 3, 15)))


def test_parents_who_share_an_address_are_two() -> None:
    one = Guardian(name="Camille Martin", email="famille@example.org")
    assert same_person(one, Guardian(name="Camille Martin", email="famille@example.org", phone="+33639980001"))
    assert not same_person(one, Guardian(name="Sacha Diallo", email="famille@example.org"))
    assert not same_person(one, Guardian(name="Camille Martin", phone="+33639980001"))


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("0033 6 12 34 56 78", "+33612345678"),
        ("+41 79 123 45 67", "+41791234567"),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, dialled: str) -> None:
    assert number(typed) == dialled


@pytest.mark.parametrize("typed", ["06 12", "martin", "", "+0612345678"])
def test_what_is_no_number_is_not_made_one(typed: str) -> None:
    with pytest.raises(ValueError, match="no telephone number"):
        number(typed)
