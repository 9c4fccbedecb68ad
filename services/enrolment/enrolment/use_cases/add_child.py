"""Add a child: a sister was born, or somebody new is in a childminder's care."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused

from enrolment.likeness import same_child
from enrolment.people import NewChild, lock_party
from enrolment.tables import Child

AT_MOST = 12


@dataclass(frozen=True, kw_only=True)
class AddChild:
    """Sent twice, the child is there once."""

    party_id: UUID
    child: NewChild


class TooManyChildren(Refused):
    """There are twelve children at most."""

    code, status = "too-many-children", 409
    words: ClassVar[dict[str, str]] = {
        "fr": f"Il y a déjà {AT_MOST} enfants : retirez d'abord ceux qui ne viennent plus.",
        "en": f"There are {AT_MOST} children already: remove those who do not come any more first.",
    }


async def add_child(tx: Tx, cmd: AddChild) -> Child:
    party = await lock_party(tx, cmd.party_id)
    new = cmd.child.row()
    known = next((one for one in party.children if same_child(one, new)), None)
    if known is not None:
        return known
    if len(party.children) >= AT_MOST:
        raise TooManyChildren
    party.children.append(new)
    party.active_at = now()
    return new
