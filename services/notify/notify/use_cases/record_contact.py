"""Remember how to reach each guardian of a family, or a childminder, and where their own page is."""

from secrets import token_urlsafe
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde_contracts.enrolment import ContactRecorded, Guardian, LinkIssued
from ronde_contracts.enrolment_creche import PageIssued
from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert

from notify.addressing import address_waiting
from notify.holding import hold_families
from notify.tables import Erased, Link, News, Recipient


async def record_contact(tx: Tx, contact: ContactRecorded) -> None:
    """The newest replaces what was known: what waits goes to the people and addresses of now.

    What somebody chose on their page stays, as long as they are one of the family's guardians.
    """
    await hold_families(tx.session, [contact.party_id])
    if await tx.session.get(Erased, contact.party_id) is not None:
        return
    people = contact.guardians or (_alone(contact),)
    others = Recipient.guardian_id.not_in([one.guardian_id for one in people])
    await tx.session.execute(delete(Recipient).where(Recipient.party_id == contact.party_id, others))
    for one in people:
        known = {
            "kind": contact.party_kind,
            "language": one.language,
            "email": one.email,
            "phone": one.phone,
            "recorded_at": now(),
        }
        row = insert(Recipient).values(
            party_id=contact.party_id,
            guardian_id=one.guardian_id,
            channel=one.channel,
            token=token_urlsafe(12),
            **known,
        )
        asked = func.coalesce(row.excluded.channel, Recipient.channel)
        await tx.session.execute(
            row.on_conflict_do_update(index_elements=["party_id", "guardian_id"], set_={**known, "channel": asked})
        )
    await address_waiting(tx.session, whose=News.party_id == contact.party_id)


async def record_link(tx: Tx, link: LinkIssued | PageIssued) -> None:
    """A new link replaces the one before."""
    await hold_families(tx.session, [link.party_id])
    if await tx.session.get(Erased, link.party_id) is not None:
        return
    about = link.about_id if isinstance(link, PageIssued) else link.enrolment_id
    known = {"party_id": link.party_id, "url": link.url, "expires_at": link.expires_at}
    await tx.session.execute(
        insert(Link)
        .values(enrolment_id=about, **known)
        .on_conflict_do_update(index_elements=["enrolment_id"], set_=known)
    )
    await address_waiting(tx.session, whose=News.enrolment_id == about)


def _alone(contact: ContactRecorded) -> Guardian:
    """A party without guardians told apart is one person, known by the party's own id."""
    id: UUID = contact.party_id
    return Guardian(guardian_id=id, language=contact.language, email=contact.email, phone=contact.phone)
