"""Dates in languages that have no code of their own: as Babel knows them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from ronde.web import dates

PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2027, 1, 12, 8, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_january() -> object:
    with time_machine.travel(AT - timedelta(days=3), tick=False):
        yield


@pytest.mark.parametrize(
    ("language", "moment", "brief"),
    [
        ("fr", "mardi 12 janvier, 9 h 30", "mar. 12 janv., 9 h 30"),
        ("en", "Tuesday 12 January, 9:30 am", "Tue 12 Jan, 9:30 am"),
        ("ar", "الثلاثاء، 12 يناير، 09:30", "الثلاثاء، 12/1، 09:30"),
        ("pt", "ter., 12 de janeiro, 09:30", "ter., 12/01, 09:30"),
    ],
)
def test_a_moment_is_said_in_any_language(language: str, moment: str, brief: str) -> None:
    assert _plain(dates.moment(AT, language, PARIS)) == moment
    assert _plain(dates.brief(AT, language, PARIS)) == brief
    assert dates.span(AT, AT + timedelta(hours=2), language, PARIS)


def test_arabic_is_written_from_the_right_and_no_language_is_said_to_be_none() -> None:
    assert [dates.direction(language) for language in ("fr", "ar", "he", "pt")] == ["ltr", "rtl", "rtl", "ltr"]
    assert dates.speaks("ar")
    assert not dates.speaks("xx")
    assert dates.month("2026-10", "fr") == "octobre 2026"


def _plain(said: str) -> str:
    """Without no-break spaces and marks of direction."""
    return said.replace("\u00a0", " ").replace("\u202f", " ").replace("\u200f", "")
