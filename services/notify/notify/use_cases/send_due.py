"""Take what is due, write each letter from what is true now, and say what became of it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from ronde.clock import now
from ronde.database import Tx
from ronde.telemetry import log
from ronde_contracts.notify import Channel, MessageFailed, MessageSent, MessageWithdrawn

from notify import dispatch, messages
from notify.dispatch import Dropped, Due
from notify.invitations import invitation
from notify.messages import Claim
from notify.providers import Letter, NotNow, Outcome, Rejected, Taken, Unknown, Withheld
from notify.purposes import Purpose
from notify.rerouting import reroute
from notify.rules import PutOff, retry_in
from notify.settings import Terms
from notify.suppressions import suppress
from notify.telling import say
from notify.wording import Wording, facts_of

LOOK_AFTER = timedelta(seconds=10)
"""A provider that was slow to answer may be slow to know."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claim and its letter."""

    claim: Claim
    letter: Letter


async def take_due(tx: Tx, channel: Channel, wording: Wording, terms: Terms, *, limit: int) -> tuple[int, list[Parcel]]:
    """Claim what is due; gives how many, and those that may leave. The others are settled or put off here.

    Everything is judged and written in the transaction that claims: whom it goes to, whether it is the hour for it, and
    what it says. A session that moves at this moment either is in the letter, or finds the message gone and sends
    another.
    """
    claims = {claim.id: claim for claim in await messages.claim(tx.session, channel, limit)}
    if not claims:
        return 0, []
    due = await dispatch.due(tx.session, claims, channel, terms)
    parcels, later, dropped, addressed = [], [], [], []
    for one in due:
        judged = one.judge(terms) or _write(wording, terms, one)
        match judged:
            case Letter():
                parcels.append(Parcel(claims[one.message.id], judged))
                addressed.append((one.message.id, one.address_hash))
            case PutOff(until, why):
                later.append((one.message.id, until, why))
            case Dropped(why):
                dropped.append((one.message.id, why))
            case Rejected():
                await settle(tx, claims[one.message.id], judged)
    await messages.put_off(tx.session, later)
    await messages.drop(tx.session, dropped)
    await messages.addressed(tx.session, addressed)
    for id, why in dropped:
        await reroute(tx, id, why)
    return len(claims), parcels


def _write(wording: Wording, terms: Terms, due: Due) -> Letter | Rejected:
    recipient, message, purpose = due.recipient, due.message, Purpose(due.news.purpose)
    to = due.address
    if recipient is None or to is None:
        return Rejected("no-address")
    language = wording.language(recipient.language)
    own_page = f"{terms.public_url}/preferences/{recipient.token}"
    facts = facts_of(due.enrolment, due.session, due.link, due.news.facts, own_page, language)
    try:
        if message.channel == "sms":
            return Letter(message.id, to, language, wording.sms(purpose, language, facts))
        subject, text, html = wording.email(purpose, language, facts)
        one_click = f"{terms.public_url}/unsubscribe/{recipient.token}"
        ics = invitation(
            purpose,
            due.news.facts,
            due.news.said_at,
            due.enrolment,
            due.session,
            title=facts["title"],
            house=wording.house(language),
            sender=terms.sender,
            to=to,
        )
        return Letter(message.id, to, language, text, subject, html, one_click, ics)
    except Exception as error:  # one message that cannot be written must not hold the others
        log.error("message not written", message=str(message.id), purpose=purpose, error=type(error).__name__)
        return Rejected("not-written")


async def settle(tx: Tx, claim: Claim, outcome: Outcome, letter: Letter | None = None) -> str | None:
    """Write down what the provider answered, and tell the house when it is final; gives the message's new status."""
    status, problem, due_at = _judge(claim, outcome)
    about = await messages.settle(
        tx.session,
        claim,
        status,
        due_at=due_at,
        problem=problem,
        provider=(outcome.provider or None) if isinstance(outcome, Taken | Unknown) else None,
        provider_id=outcome.provider_id if isinstance(outcome, Taken) else None,
        language=letter.language if letter else None,
        body_hash=hashlib.sha256(letter.text.encode()).digest() if letter else None,
    )
    if about is None:
        return None
    if isinstance(outcome, Rejected) and outcome.lasting and about.address_hash is not None:
        await suppress(tx.session, about.channel, about.address_hash, "hard-bounce")
    match about.status:
        case "sent":
            await say(tx, MessageSent, about)
        case "failed":
            await say(tx, MessageFailed, about, code=problem)
            await reroute(tx, claim.id, problem or "gave-up")
        case "withdrawn":
            await say(tx, MessageWithdrawn, about)
    return about.status


def _judge(claim: Claim, outcome: Outcome) -> tuple[str, str | None, datetime | None]:
    """(status, problem, when to look at it again)."""
    match outcome:
        case Taken():
            return "sent", None, None
        case Rejected(code):
            return "failed", code, None
        case Withheld():
            return "withheld", None, None
        case NotNow(why):
            wait = retry_in(claim.attempts)
            return ("failed", "gave-up", None) if wait is None else ("scheduled", why, now() + wait)
        case Unknown(why):
            return "unknown", why, now() + LOOK_AFTER
