"""Give an organisation an address to subscribe to; the one it had before ends."""

from dataclasses import dataclass
from typing import ClassVar

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from ronde.refusal import Refused
from sqlalchemy import text, update

from booking.addresses import hashed, token
from booking.refusals import UnknownRoom
from booking.settings import Settings
from booking.tables import Calendar, CalendarKind

ONE_AFTER_THE_OTHER = text("SELECT pg_advisory_xact_lock(hashtext('ronde calendars'), hashtext(:organisation))")


class UnknownOrganisation(Refused):
    """No organisation of the house is called that."""

    code, status = "unknown-organisation", 422
    words: ClassVar[dict[str, str]] = {
        "fr": "Aucune structure de la maison ne porte ce nom.",
        "en": "No organisation of the house is called that.",
    }


@dataclass(frozen=True, kw_only=True)
class RenewCalendar:
    """`about` is the id of the room or organisation; it means nothing for the house."""

    organisation: str
    kind: CalendarKind
    about: str | None = None


async def renew_calendar(tx: Tx, settings: Settings, cmd: RenewCalendar) -> Calendar:
    """Raises UnknownRoom, UnknownOrganisation."""
    house = settings.house
    about = house.id if cmd.kind == CalendarKind.HOUSE else cmd.about or ""
    if cmd.kind == CalendarKind.ROOM and about not in {room.id for room in house.rooms}:
        raise UnknownRoom
    if cmd.kind == CalendarKind.ORGANISATION and about not in {one.id for one in house.organisations}:
        raise UnknownOrganisation
    await tx.session.execute(ONE_AFTER_THE_OTHER, {"organisation": cmd.organisation})
    theirs = {"organisation": cmd.organisation, "kind": cmd.kind, "about": about}
    await tx.session.execute(update(Calendar).filter_by(**theirs, ended_at=None).values(ended_at=now()))
    id = new_id()
    calendar = Calendar(id=id, token_hash=hashed(token(settings, id)), created_at=now(), **theirs)
    tx.session.add(calendar)
    await tx.session.flush()
    return calendar
