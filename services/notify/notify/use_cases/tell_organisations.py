"""Tell organisations of the house what is theirs to decide. Their addresses are in the house file alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from sqlalchemy.dialects.postgresql import insert

from notify.purposes import PURPOSES, Purpose
from notify.tables import Notice


@dataclass(frozen=True)
class TellOrganisations:
    """`to`: ids of organisations; `about` and `version`: of what; `until`: of no use after."""

    purpose: Purpose
    to: tuple[str, ...]
    about: str
    version: int
    until: datetime
    facts: Mapping[str, Any]


async def tell_organisations(tx: Tx, cmd: TellOrganisations) -> None:
    """Each once; the same again changes nothing."""
    at = now()
    rows = [
        {
            "id": new_id(),
            "purpose": cmd.purpose,
            "channel": channel,
            "about": f"{cmd.about} {organisation}",
            "version": cmd.version,
            "organisation": organisation,
            "facts": dict(cmd.facts),
            "status": "scheduled",
            "attempts": 0,
            "created_at": at,
            "due_at": at,
            "expires_at": cmd.until,
        }
        for organisation in cmd.to
        for channel in PURPOSES[cmd.purpose].channels
    ]
    if rows:
        asked = insert(Notice).values(rows)
        await tx.session.execute(asked.on_conflict_do_nothing(constraint="notices_once"))
