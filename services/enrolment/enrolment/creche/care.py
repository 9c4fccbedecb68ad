"""Occasional care: which hours of a freed day suit a child, and whose turn it is. No I/O."""

from datetime import date, datetime
from typing import NamedTuple

from enrolment.creche.book import Book, Child, Place
from enrolment.creche.hours import A_DAY, NONE, Grid, Hours, between, spans
from enrolment.creche.occupation import Occupation, monday_of
from enrolment.creche.rules import Kind
from enrolment.creche.stays import days_of

WHOLE_DAY = between(0, A_DAY)


class Wish(NamedTuple):
    """A child whose family would come. `least`: quarter-hours, fewer are no use.

    `offered`: how often it was in the last weeks; `since`: when it was offered last, else registered.
    """

    id: str
    child: Child
    week: Grid
    least: int
    offered: int
    since: datetime


def turn(wish: Wish) -> tuple[int, datetime, str]:
    """Who was offered least comes first, then who has waited longest; the same order every time."""
    return wish.offered, wish.since, wish.id


def suitable(full: Occupation, book: Book, wish: Wish, day: date, freed: Hours) -> Hours:
    """The longest stretch of the freed hours that the child wishes for, does not have, and may come in; or none.

    The earliest of two as long. The crèche's places for emergencies stay free, and its week has the hours.
    """
    at = full.index(day)
    kind = Kind(day >= wish.child.walking(full.rules.creche.walking.from_months), wish.child.place)
    wished = freed & wish.week[day.weekday()] & ~_own(book, wish.child.id, day)
    if not wished:
        return NONE
    free = wished & full.free(at, kind) & _beside_emergencies(full, day, wish.child.place)
    start, end = max(spans(free), key=lambda span: span[1] - span[0], default=(0, 0))
    used, most = full.week(at)
    end = min(end, start + most - used)
    return between(start, end) if end - start >= wish.least else NONE


def kept(full: Occupation, day: date, hours: Hours) -> bool:
    """Whether every rule is kept in these hours as it is, with all who come then."""
    used, most = full.week(full.index(day))
    return used <= most and not any(hours >> quarter & 1 and one.broken for quarter, one in full.moments(day))


def freed(book: Book, child: str, day: date) -> Hours:
    """The hours of a child's contract in which an absence is declared."""
    return _contract(book, child, day) & absent(book, child, day)


def absent(book: Book, child: str, day: date) -> Hours:
    """The hours of a day in which an absence of the child is declared."""
    found = NONE
    for one in book.absences:
        if one.child == child and one.start <= day <= one.end:
            found |= WHOLE_DAY if one.hours is None else one.hours
    return found


def _own(book: Book, child: str, day: date) -> Hours:
    """Hours for which the child has a place already, or does not come."""
    return _contract(book, child, day) | absent(book, child, day) | _booked(book, child, day)


def _contract(book: Book, child: str, day: date) -> Hours:
    monday = monday_of(day)
    mine = [one for one in book.contracts if one.child == child]
    instead = [one for one in book.adaptations if one.child == child]
    return days_of(monday, 7, mine, instead)[day.weekday()]


def _booked(book: Book, child: str, day: date) -> Hours:
    found = NONE
    for one in book.bookings:
        if one.child == child and one.day == day:
            found |= one.hours
    return found


def _beside_emergencies(full: Occupation, day: date, place: Place) -> Hours:
    """Where one child more leaves the places that are kept: for emergencies, and beside them for insertion."""
    creche, found = full.rules.creche, NONE
    for quarter, moment in full.moments(day):
        there = moment.present
        insertion = max(creche.insertion.places - there.insertion, 0) if place == "ordinary" else 0
        if there.children + creche.emergency.places + insertion < full.rules.most:
            found |= 1 << quarter
    return found
