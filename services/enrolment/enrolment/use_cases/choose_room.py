"""Pick one of the rooms that were free when the one asked for was refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.enrolment import RoomChosen
from ronde_contracts.event import Slot

from enrolment.line import hear, lock_session, theirs
from enrolment.refusals import SessionUnknown
from enrolment.tables import Reservation


@dataclass(frozen=True, kw_only=True)
class ChooseRoom:
    """`refusal` is the number of the answer that was read, so that a newer one is not answered unread."""

    organiser: str
    session_id: UUID
    by: str
    reservation_id: UUID
    refusal: int
    room: str
    starts_at: datetime


class NothingToChoose(Refused):
    """Booking has answered anew since, or this was not among what it proposed."""

    code, status = "nothing-to-choose", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "La réponse à la demande de salle a changé, ou un choix est déjà en cours : relisez la page.",
        "en": "The answer about the room has changed, or a choice is under way: read the session's page again.",
    }


async def choose_room(tx: Tx, cmd: ChooseRoom) -> Reservation:
    """Booking is asked, in the organiser's name, by an event; its answer comes as any other. Twice is once.

    Raises SessionUnknown, NotTheirSession, NothingToChoose.
    """
    await hear(tx, cmd.organiser, cmd.session_id)
    session = await lock_session(tx, cmd.organiser, cmd.session_id)
    if session is None:
        raise SessionUnknown
    theirs(session, cmd.by)
    refused = await tx.session.get(Reservation, cmd.reservation_id)
    if session.state == "called-off" or refused is None or refused.version != cmd.refusal:
        raise NothingToChoose
    if (refused.organiser, refused.session_id) != (session.organiser, session.session_id):
        raise NothingToChoose
    free = [Slot.model_validate(one) for one in refused.alternatives]
    slot = next((one for one in free if (one.room, one.starts_at) == (cmd.room, cmd.starts_at)), None)
    if slot is None:
        raise NothingToChoose
    chosen = slot.model_dump(mode="json")
    if refused.chosen == chosen:
        return refused
    if refused.chosen is not None:
        raise NothingToChoose
    refused.chosen = chosen
    choice = RoomChosen(
        organiser=session.organiser,
        session_id=session.session_id,
        reservation_id=refused.id,
        refusal=refused.version,
        room=slot.room,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
    )
    tx.publish(choice, sequence=refused.version)
    return refused
