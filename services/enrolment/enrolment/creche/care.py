"""Occasional care: which hours of a freed day suit a child, and whose turn it is. No I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from ronde.house import Creche

from enrolment.creche.book import Book, Child, Place
from enrolment.creche.hours import A_DAY, NONE, Grid, Hours, between, spans, union
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


class Asked(NamedTuple):
    """Of somebody who is being asked about freed hours: which, and what kind of child it is."""

    hours: Hours
    kind: Kind


def turn(wish: Wish) -> tuple[int, datetime, str]:
    """Who was offered least comes first, then who has waited longest; the same order every time."""
    return wish.offered, wish.since, wish.id


def kind(creche: Creche, child: Child, day: date) -> Kind:
    """What the rules look at in the child on that day."""
    return Kind(day >= child.walking(creche.walking.from_months), child.place)


def instead(left: Hours, kind: Kind, asked: Sequence[Asked]) -> Hours:
    """Of the hours left of a slot, those about which a child of some kind may be asked while others are.

    Theirs, and only when all are of one kind. So the hours are held once and whoever says yes fits: where a ratio is
    rounded per group, neither a child who walks nor one who does not always takes more of the team than the other.
    """
    if not asked:
        return left
    return left & union(one.hours for one in asked) if {one.kind for one in asked} == {kind} else NONE


def held_once(several: Iterable[Hours]) -> list[Hours]:
    """What each of those who are asked about a slot holds of it: the hours that none before holds already."""
    found, held = [], NONE
    for one in several:
        found.append(one & ~held)
        held |= one
    return found


def without(book: Book, children: Iterable[str], day: date) -> Book:
    """The book without what these children are offered on that day."""
    gone = {(child, day) for child in children}
    return replace(book, bookings=tuple(one for one in book.bookings if (one.child, one.day) not in gone))


def suitable(full: Occupation, book: Book, wish: Wish, day: date, freed: Hours) -> Hours:
    """The longest stretch of the freed hours that the child wishes for, does not have, and may come in; or none.

    The earliest of two as long. The crèche's places for emergencies stay free, and its week has the hours.
    """
    at = full.index(day)
    wished = freed & wish.week[day.weekday()] & ~_own(book, wish.child.id, day)
    if not wished:
        return NONE
    free = (
        wished
        & full.free(at, kind(full.rules.creche, wish.child, day))
        & _beside_emergencies(full, day, wish.child.place)
    )
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
