"""Rooms that divide: which indivisible spaces each of them takes."""

import zlib
from collections.abc import Sequence

from .model import Room, RoomEntry


def space(id: str) -> int:
    """The number of an indivisible room: made from its id, so that no edit of the file shifts another's.

    30 bits, because `int4range(n, n, '[]')` overflows at the top of 31.
    """
    return zlib.crc32(id.encode()) >> 2


def assemble(entries: Sequence[RoomEntry]) -> tuple[Room, ...]:
    """Each room with its parts and spaces. The entries were checked: no circle, no unknown half."""
    parts = {room.id: tuple(half.id for half in entries if half.half_of == room.id) for room in entries}

    def spaces(id: str) -> frozenset[int]:
        if not parts[id]:
            return frozenset({space(id)})
        return frozenset[int]().union(*(spaces(part) for part in parts[id]))

    return tuple(Room(**room.model_dump(), parts=parts[room.id], spaces=spaces(room.id)) for room in entries)
