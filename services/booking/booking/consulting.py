"""What is asked of the founders, from asking to its outcome: the rows and what is said of them."""

from typing import Any

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from ronde_contracts.booking import ConsentAsked, ConsentGiven, ConsentRefused, ConsentWithdrawn, Excess
from ronde_contracts.event import Event, Slot
from sqlalchemy import select

from booking.budgets import Over
from booking.charter_tables import Answered, Consent
from booking.tables import Reservation, State
from booking.telling import tell_confirmed, tell_refused


def ask(tx: Tx, reservation: Reservation, slot: Slot, over: Over) -> Consent:
    """The reservation keeps the slot until the founders have answered."""
    consent = Consent(
        id=new_id(), reservation_id=reservation.id, organisation=reservation.organisation, version=0,
        state=Answered.ASKED, charter=over.version, slot=slot.model_dump(mode="json"),
        excess=[one.model_dump(mode="json") for one in over.excess], founders=list(over.founders), until=over.until,
        answers=[],
    )  # fmt: skip
    tx.session.add(consent)
    _tell(tx, consent, ConsentAsked(**_about(consent, reservation)))
    return consent


async def asked_for(tx: Tx, reservation: Reservation) -> Consent:
    """What is asked for a reservation whose row is locked: so the two change together, in one order."""
    query = select(Consent).filter_by(reservation_id=reservation.id, state=Answered.ASKED).with_for_update()
    return (await tx.session.scalars(query.execution_options(populate_existing=True))).one()


async def withdraw(tx: Tx, reservation: Reservation) -> None:
    """The asker wants it no more, or something else: nobody has to answer."""
    consent = await asked_for(tx, reservation)
    _settle(consent, Answered.WITHDRAWN)
    _tell(tx, consent, ConsentWithdrawn(**_about(consent, reservation)))
    await tx.session.flush()  # before the next is asked: one at a time, says an index


def give(tx: Tx, consent: Consent, reservation: Reservation) -> None:
    """Nobody objected: it is confirmed."""
    slot = Slot.model_validate(consent.slot)
    _settle(consent, Answered.GIVEN)
    reservation.state = State.CONFIRMED
    reservation.refusal = reservation.refused_at = None
    consenting = tuple(one.organisation for one in consent.answers)
    _tell(tx, consent, ConsentGiven(**_about(consent, reservation), consenting=consenting))
    tell_confirmed(tx, reservation, slot)


def refuse(tx: Tx, consent: Consent, reservation: Reservation, by: str, objection: str) -> None:
    """A founder objected. Whoever calls frees the room; the row keeps which it was, for the asker to read."""
    _settle(consent, Answered.REFUSED)
    slot = Slot.model_validate(consent.slot)
    reason = {"fr": objection}
    _tell(tx, consent, ConsentRefused(**_about(consent, reservation), by=by, reason=reason))
    asked = {"room": slot.room, "people": reservation.people or 1}
    asked |= {name: getattr(slot, name).isoformat() for name in ("starts_at", "ends_at")}
    refusal = {"asked": asked, "code": "objected", "reason": reason, "alternatives": []}
    reservation.state = State.REFUSED
    reservation.refusal, reservation.refused_at = refusal, now()
    tell_refused(tx, reservation, refusal, None)


def _settle(consent: Consent, outcome: Answered) -> None:
    consent.state, consent.settled_at = outcome, now()


def _about(consent: Consent, reservation: Reservation) -> dict[str, Any]:
    return {
        **consent.slot,
        "consent_id": consent.id,
        "reservation_id": reservation.id,
        "reference": reservation.reference,
        "organisation": consent.organisation,
        "session_id": reservation.session_id,
        "charter": consent.charter,
        "excess": tuple(Excess.model_validate(one) for one in consent.excess),
        "founders": tuple(consent.founders),
        "until": consent.until,
    }


def _tell(tx: Tx, consent: Consent, event: Event) -> None:
    consent.version += 1
    tx.publish(event, sequence=consent.version)
