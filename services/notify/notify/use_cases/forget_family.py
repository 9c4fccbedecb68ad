"""Forget a family: addresses, links, and what is still to be told them; what was told stays as a count."""

from dataclasses import dataclass
from uuid import UUID

from ronde.database import Tx
from ronde.forgetting import forget, forget_messages
from ronde_contracts.enrolment import CodeIssued
from ronde_contracts.partners import ErasureAcknowledged
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from notify.tables import FORGOTTEN, Enrolment, Link, Message, Recipient


@dataclass(frozen=True, kw_only=True)
class ForgetFamily:
    """`version`: that of the request, so that an answer to a later one counts as later."""

    party_id: UUID
    version: int


async def forget_family(tx: Tx, cmd: ForgetFamily) -> None:
    """And say so. A contact that comes late is stale by its sequence; a link is not, so the id is kept to know it."""
    known = await tx.session.get(Recipient, cmd.party_id)
    addresses = [address for address in (known.email, known.phone) if address] if known else []
    theirs = select(Enrolment.enrolment_id).where(Enrolment.party_id == cmd.party_id)
    await tx.session.execute(delete(Link).where(Link.enrolment_id.in_(theirs)))
    messages = update(Message).where(Message.enrolment_id.in_(theirs))
    await tx.session.execute(messages.where(Message.status == "scheduled").values(status="withdrawn"))
    await tx.session.execute(messages.values(provider_id=None))
    await tx.session.execute(update(Enrolment).where(Enrolment.party_id == cmd.party_id).values(state="over"))
    nobody = {"kind": FORGOTTEN, "language": "fr", "email": None, "phone": None}
    await tx.session.execute(
        insert(Recipient)
        .values(party_id=cmd.party_id, **nobody)
        .on_conflict_do_update(index_elements=["party_id"], set_=nobody)
    )
    await forget(tx.session, [str(cmd.party_id)])
    await forget_messages(tx.session, CodeIssued.routing_key, addresses)
    tx.publish(ErasureAcknowledged(party_id=cmd.party_id), sequence=cmd.version)
