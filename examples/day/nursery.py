"""A small crèche in the house: ten babies and a team of two, so that a child more may come only when one is absent."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from doors import PARIS, Doors, Party

CRECHE = "/creches/bottines"
OPEN, THERE = ["07:30-18:30"] * 5, ["09:00-17:00"] * 5
NIGHT, MORNING = time(21), time(8)
LATEST = time(13, 45)
"""For today: hours that begin in an hour and last two, before the absent child's five o'clock."""


@dataclass
class Nursery:
    """`absent`: the child whose parent phones; `guest`: the one who would like to come, of the family `party`."""

    doors: Doors
    party: Party
    absent: UUID
    guest: UUID

    @classmethod
    async def open(cls, doors: Doors, party: Party) -> "Nursery":
        """As the crèche's own software writes it down, with its key; again changes nothing."""
        today = datetime.now(PARIS).date()
        born = {"born_on": str(today - timedelta(days=150)), "walks_from": str(today + timedelta(days=365))}
        babies = [_id(f"child {n}") for n in range(10)]
        for n in range(2):
            shift = {"starts_on": "2026-09-01", "week": OPEN, "first_category": n == 0}
            await doors.put(f"{CRECHE}/shifts/{_id(f'shift {n}')}", shift)
        for n, baby in enumerate(babies):
            await doors.put(f"{CRECHE}/children/{baby}", {"first_name": f"Bébé {n + 1}", **born})
            contract = {"child_id": str(baby), "starts_on": "2026-09-01", "week": THERE}
            await doors.put(f"{CRECHE}/contracts/{_id(f'contract {n}')}", contract)
        guest = _id("guest")
        await doors.put(f"{CRECHE}/children/{guest}", {"first_name": party.children[0], **born})
        wish: dict[str, Any] = {"child_id": str(guest), "party_id": party.id, "week": OPEN, "early": True}
        await doors.put(f"{CRECHE}/wishes/{_id('wish')}", {**wish, "starts_on": "2026-09-01"})
        return cls(doors, party, babies[0], guest)

    async def day(self) -> date | None:
        """The next day on which it is open and not too late to come; None when nobody may be asked about it now."""
        now = datetime.now(PARIS)
        for ahead in range(14):
            day = now.date() + timedelta(days=ahead)
            if not await self.doors.is_open(CRECHE, day):
                continue
            if ahead == 0 and now.time() < LATEST:
                return day
            if ahead:
                return day if MORNING <= now.time() < NIGHT else None
        return None


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"ronde:day:{name}")
