"""Change what is known of a guardian; a new address of their own they confirm first, staff have heard it said."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.notify import Channel

from enrolment.people import lock_guardian, tell_contact
from enrolment.tables import Guardian


@dataclass(frozen=True, kw_only=True)
class Reached:
    """The addresses as staff wrote them down; `agreed_with` their organisation, None when the person has not agreed."""

    email: str | None
    phone: str | None
    agreed_with: str | None


@dataclass(frozen=True, kw_only=True)
class ChangeGuardian:
    """`reached` None: the addresses stay as they are."""

    guardian_id: UUID
    name: str
    language: str
    channel: Channel | None
    reached: Reached | None = None


class NobodyReached(Refused):
    """Nobody in the family would be told anything any more."""

    code, status = "nobody-reached", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Plus personne dans cette famille ne pourrait recevoir nos messages. "
        "Gardez au moins une adresse ou un numéro, ou effacez la famille.",
        "en": "Nobody in this family could receive our messages any more. "
        "Keep at least one address or number, or erase the family.",
    }


async def change_guardian(tx: Tx, cmd: ChangeGuardian) -> Guardian:
    """Told to notify as a whole."""
    party, guardian = await lock_guardian(tx, cmd.guardian_id)
    others = any(one.told for one in party.guardians if one is not guardian)
    new = cmd.reached
    if new and not others and not (new.agreed_with and (new.email or new.phone)):
        raise NobodyReached
    guardian.name, guardian.language, guardian.channel = cmd.name, cmd.language, cmd.channel
    if new:
        guardian.email, guardian.phone = new.email.lower() if new.email else None, new.phone
        if new.agreed_with is None:
            guardian.agreed_at = guardian.agreed_with = None
        elif guardian.agreed_at is None:
            guardian.agreed_at, guardian.agreed_with = now(), new.agreed_with
    party.active_at = now()
    await tell_contact(tx, party)
    return guardian
