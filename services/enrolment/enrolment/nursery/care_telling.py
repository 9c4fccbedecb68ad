"""Say what an offer of occasional care has become, and give the family its link."""

from typing import Any

from ronde.database import Tx
from ronde.house import Creche
from ronde.ids import reference
from ronde_contracts.enrolment_creche import OccasionalCareOffered, OccasionalCareWithdrawn, PageIssued
from ronde_contracts.event import Event

from enrolment.creche.hours import hours
from enrolment.doorkeys import new_token, token_hash
from enrolment.nursery.asking import moments
from enrolment.settings import Terms
from enrolment.tables import CareOffer, CareWish


async def tell_care(tx: Tx, terms: Terms, creche: Creche, offer: CareOffer, kind: type[Event], **more: Any) -> None:
    """Publish the whole state of an offer. Of a family that is forgotten there is nobody to tell of."""
    if offer.wish_id is None:
        return
    wish = await tx.session.get_one(CareWish, offer.wish_id)
    starts_at, ends_at = moments(offer.day, hours(offer.hours), terms)
    offer.version += 1
    facts = {
        "offer_id": offer.id,
        "reference": reference("O", offer.id),
        "party_id": wish.party_id,
        "creche": creche.id,
        "creche_name": creche.name,
        "child_id": offer.child_id,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    tx.publish(kind(**facts, **more), sequence=offer.version)


async def tell_offer(tx: Tx, terms: Terms, creche: Creche, offer: CareOffer, wish: CareWish) -> None:
    """A new one, with the link behind which the family answers; the token is in that message alone."""
    token = new_token()
    offer.link_hash = token_hash(token)
    expires_at = moments(offer.day, hours(offer.hours), terms)[1] + terms.link_stays
    issued = PageIssued(
        about_id=offer.id, party_id=wish.party_id, url=f"{terms.public_url}/o/{token}", expires_at=expires_at
    )
    tx.publish(issued, sequence=1)
    first_answer = creche.occasional.asked_at_once > 1
    await tell_care(tx, terms, creche, offer, OccasionalCareOffered, deadline=offer.deadline, first_answer=first_answer)


async def withdraw_offer(tx: Tx, terms: Terms, creche: Creche, offer: CareOffer, why: str) -> None:
    """Take back what is offered or booked. `why`: not-free, taken, family or creche."""
    was, offer.state, offer.why, offer.deadline = offer.state, "withdrawn", why, None
    await tell_care(tx, terms, creche, offer, OccasionalCareWithdrawn, was=was, why=why)
    await tx.session.flush()
