"""Take what is due, write each letter from what is true now, and say what became of it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from ronde.clock import now
from ronde.database import Tx
from ronde.telemetry import log
from ronde_contracts.notify import Channel, MessageFailed, MessageSent
from sqlalchemy import select

from notify import messages
from notify.messages import Claim
from notify.providers import Letter, NotNow, Outcome, Rejected, Taken
from notify.rules import Purpose, retry_in, useful_until
from notify.tables import Enrolment, Link, Message, Recipient, Session
from notify.wording import Wording, facts_of

LOOK_AFTER = timedelta(seconds=10)
"""A provider that was slow to answer may be slow to know."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claim and its letter."""

    claim: Claim
    letter: Letter


async def take_due(tx: Tx, channel: Channel, wording: Wording, *, limit: int) -> tuple[int, list[Parcel]]:
    """Claim what is due; gives how many, and those that may leave. The others are settled here.

    Written in the transaction that claims: a session that moves at this moment either is in the letter, or finds the
    message gone and sends another.
    """
    claims = {claim.id: claim for claim in await messages.claim(tx.session, channel, limit)}
    parcels = []
    for row in await tx.session.execute(
        select(Message, Enrolment, Session, Recipient, Link)
        .join(Enrolment, Enrolment.enrolment_id == Message.enrolment_id)
        .join(Session, (Session.organiser == Enrolment.organiser) & (Session.session_id == Enrolment.session_id))
        .join(Recipient, Recipient.party_id == Enrolment.party_id)
        .outerjoin(Link, Link.enrolment_id == Enrolment.enrolment_id)
        .where(Message.id.in_(claims))
        .order_by(Message.due_at, Message.id)
    ):
        message, enrolment, session, recipient, link = row
        claim = claims[message.id]
        written = _write(wording, message, enrolment, session, recipient, link)
        if isinstance(written, Letter):
            parcels.append(Parcel(claim, written))
        else:
            await settle(tx, claim, written)
    return len(claims), parcels


def _write(
    wording: Wording, message: Message, enrolment: Enrolment, session: Session, recipient: Recipient, link: Link | None
) -> Letter | Rejected:
    purpose = Purpose(message.purpose)
    language = wording.language(recipient.language)
    to = recipient.phone if message.channel == "sms" else recipient.email
    facts = facts_of(enrolment, session, link.url if link else None, message.facts, language)
    if now() >= useful_until(purpose, ends_at=session.ends_at, deadline=facts["deadline"]):
        return Rejected("too-late")
    if to is None:
        return Rejected("no-address")
    try:
        if message.channel == "sms":
            return Letter(message.id, to, language, wording.sms(purpose, language, facts))
        subject, text, html = wording.email(purpose, language, facts)
        return Letter(message.id, to, language, text, subject, html)
    except Exception as error:  # one message that cannot be written must not hold the others
        log.error("message not written", message=str(message.id), purpose=purpose, error=type(error).__name__)
        return Rejected("not-written")


async def settle(tx: Tx, claim: Claim, outcome: Outcome, letter: Letter | None = None) -> str | None:
    """Write down what the provider answered, and tell the house when it is final; gives the message's new status."""
    status, problem, provider_id, due_at = _judge(claim, outcome)
    about = await messages.settle(
        tx.session,
        claim,
        status,
        due_at=due_at,
        problem=problem,
        provider_id=provider_id,
        language=letter.language if letter else None,
        body_hash=hashlib.sha256(letter.text.encode()).digest() if letter else None,
    )
    if about is None:
        return None
    enrolment = await tx.session.get_one(Enrolment, about.enrolment_id)
    said = {
        "message_id": claim.id,
        "purpose": about.purpose,
        "channel": about.channel,
        "party_id": enrolment.party_id,
        "party_kind": enrolment.party_kind,
        "enrolment_id": enrolment.enrolment_id,
        "organiser": enrolment.organiser,
        "session_id": enrolment.session_id,
    }
    if about.status == "sent":
        tx.publish(MessageSent.model_validate(said), sequence=claim.attempts)
    elif about.status == "failed":
        tx.publish(MessageFailed.model_validate({**said, "code": problem}), sequence=claim.attempts)
    return about.status


def _judge(claim: Claim, outcome: Outcome) -> tuple[str, str | None, str | None, datetime | None]:
    """(status, problem, provider's id, when to look at it again)."""
    match outcome:
        case Taken(provider_id):
            return "sent", None, provider_id, None
        case Rejected(code):
            return "failed", code, None, None
        case NotNow(why):
            wait = retry_in(claim.attempts)
            return ("failed", "gave-up", None, None) if wait is None else ("scheduled", why, None, now() + wait)
        case _:
            return "unknown", outcome.why, None, now() + LOOK_AFTER
