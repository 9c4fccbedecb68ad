"""Which room an event means by its place, as people write it. Pure."""

import re

from ronde.house import House

from booking.importing.refusals import NotUnderstood

AFTER = (",", ";", "/", "(", " (", " /", " -", " –", " —")
"""What may follow a room's name: an address, a remark."""


def room_of(house: House, place: str | None, default: str | None) -> str:
    """The room's id: `Cuisine partagée, 2ᵉ étage` is `cuisine`. `default` is for events that name no place.

    A place that is no room of the house takes none: the event happens elsewhere.
    """
    if place is None:
        if default is None:
            raise NotUnderstood("no-place")
        return default
    said = _plain(place)
    names = {_plain(name): room.id for room in house.rooms for name in (room.id, *room.name.values())}
    for name in sorted(names, key=len, reverse=True):
        if said == name or said.startswith(tuple(name + mark for mark in AFTER)):
            return names[name]
    raise NotUnderstood("unknown-place")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()
