"""Tell a family what became of its application to a crèche, or of an offer; take back what is no longer true."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ronde.database import Tx

from notify.holding import hold_families
from notify.matters import remember
from notify.news import Heard, take_back, tell
from notify.purposes import Purpose
from notify.tables import Erased


@dataclass(frozen=True, kw_only=True)
class TellMatter:
    """What hangs on no session, as it is in its `version`.

    `creche` None: no crèche's yet. `purpose` None: nothing to tell. `facts`: what its message may say, as JSON.
    """

    matter_id: UUID
    reference: str
    party_id: UUID
    state: str
    version: int
    cause: str
    said_at: datetime
    purpose: Purpose | None
    creche: str | None = None
    deadline: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


async def tell_matter(tx: Tx, cmd: TellMatter) -> None:
    """What the news needs (contact, link) may come after it: it waits for that in its table."""
    await hold_families(tx.session, [cmd.party_id])
    if await tx.session.get(Erased, cmd.party_id) is not None:
        return
    row = {
        "reference": cmd.reference,
        "party_id": cmd.party_id,
        "party_kind": "family",
        "organiser": cmd.creche,
        "state": cmd.state,
        "deadline": cmd.deadline,
        "said_at": cmd.said_at,
    }
    matter, known = await remember(tx.session, cmd.matter_id, row)
    if known:
        await take_back(tx.session, [cmd.matter_id])
    if cmd.purpose is not None:
        heard = Heard(cause=cmd.cause, said_at=cmd.said_at, version=cmd.version, facts=cmd.facts)
        await tell(tx.session, [matter], cmd.purpose, heard)
