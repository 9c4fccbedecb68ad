"""Remember how to reach a family or a childminder, and where their own page is."""

from datetime import datetime

from ronde.database import Tx
from ronde_contracts.enrolment import ContactRecorded, LinkIssued
from sqlalchemy.dialects.postgresql import insert

from notify.tables import FORGOTTEN, Link, Recipient


async def record_contact(tx: Tx, contact: ContactRecorded) -> None:
    """The newest replaces what was known; messages that wait go to the new address."""
    known = {
        "kind": contact.party_kind,
        "language": contact.language,
        "email": contact.email,
        "phone": contact.phone,
    }
    await tx.session.execute(
        insert(Recipient)
        .values(party_id=contact.party_id, **known)
        .on_conflict_do_update(index_elements=["party_id"], set_=known)
    )


async def record_link(tx: Tx, link: LinkIssued) -> None:
    """A new link replaces the one before. Of a family that was forgotten meanwhile none is kept."""
    whose = await tx.session.get(Recipient, link.party_id)
    if whose is not None and whose.kind == FORGOTTEN:
        return
    known: dict[str, str | datetime] = {"url": link.url, "expires_at": link.expires_at}
    await tx.session.execute(
        insert(Link)
        .values(enrolment_id=link.enrolment_id, **known)
        .on_conflict_do_update(index_elements=["enrolment_id"], set_=known)
    )
