"""Remove a child who does not come any more."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from sqlalchemy import any_, func, select

from enrolment.people import lock_party
from enrolment.states import ACTIVE
from enrolment.tables import Child, Enrolment, Session


@dataclass(frozen=True, kw_only=True)
class RemoveChild:
    """Removing somebody who is not there changes nothing."""

    party_id: UUID
    child_id: UUID


class ChildEnrolled(Refused):
    """The child has a place to come, or waits for one."""

    code, status = "child-enrolled", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cet enfant est inscrit à une séance à venir, ou sur sa liste d'attente : annulez d'abord l'inscription.",
        "en": "This child is enrolled in a session to come, or on its waiting list: withdraw the enrolment first.",
    }


async def remove_child(tx: Tx, cmd: RemoveChild) -> None:
    """What they took part in stays counted."""
    party = await lock_party(tx, cmd.party_id)
    child = next((one for one in party.children if one.id == cmd.child_id), None)
    if child is None:
        return
    if await _to_come(tx, child):
        raise ChildEnrolled
    await tx.session.delete(child)
    party.active_at = now()


async def _to_come(tx: Tx, child: Child) -> bool:
    found = await tx.session.scalar(
        select(func.count())
        .select_from(Enrolment)
        .join(Session, (Session.organiser == Enrolment.organiser) & (Session.session_id == Enrolment.session_id))
        .where(
            Enrolment.party_id == child.party_id,
            any_(Enrolment.child_ids) == child.id,
            Enrolment.state.in_(ACTIVE),
            func.coalesce(Session.ends_at, Session.planned_ends_at) > now(),
        )
    )
    return bool(found)
