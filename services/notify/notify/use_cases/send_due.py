"""Take what is due, write each letter from what is true now, and say what became of it."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.telemetry import log
from ronde_contracts.notify import Channel, MessageFailed, MessageSent

from notify import dispatch, messages, retelling
from notify.dispatch import Dropped, Due
from notify.invitations import invitation
from notify.messages import Claim, Verdict
from notify.providers import Invitation, Letter, NotNow, Outcome, Rejected, Taken, Unknown, Withheld
from notify.purposes import Purpose
from notify.rerouting import reroute
from notify.rules import PutOff, retry_in
from notify.settings import Terms
from notify.suppressions import suppress
from notify.telling import say
from notify.wording import Wording, facts_of, on_one_line

GAVE_UP = "gave-up"
LOOK_AFTER = timedelta(seconds=10)
"""A provider that was slow to answer may be slow to know."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claim and its letter, with those that it is the letter of as well."""

    claim: Claim
    letter: Letter
    carried: Sequence[Claim] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said of a claim and those it carried; with the letter when it was given one."""

    claim: Claim
    outcome: Outcome
    letter: Letter | None = None
    carried: Sequence[Claim] = ()

    @property
    def claims(self) -> tuple[Claim, ...]:
        return (self.claim, *self.carried)


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
    leaving: dict[Any, list[Due]] = defaultdict(list)
    nth: Counter[Any] = Counter()
    addressed: list[tuple[UUID, bytes, UUID | None]] = []
    parcels, later, refused = [], [], []
    dropped = await retelling.unproven(tx.session, [one for one in due if one.retold])
    for one in due:
        if one.retold:
            continue
        match judged := one.judge(terms):
            case PutOff(until, why):
                later.append((one.message.id, until, why))
            case Dropped(why):
                dropped.append((one.message.id, why))
            case Rejected():
                refused.append(Answer(claims[one.message.id], judged))
            case None:  # a second enrolment in the same session is no other date: it has a letter of its own
                nth[one.letter, one.enrolment.subject_id] += 1
                leaving[one.letter, nth[one.letter, one.enrolment.subject_id]].append(one)
    for dates in leaving.values():
        dates.sort(key=_starts_at)
        first, *others = [claims[one.message.id] for one in dates]
        written = _write(wording, terms, dates)
        if isinstance(written, Rejected):
            refused.append(Answer(first, written, carried=others))
            continue
        parcels.append(Parcel(first, written, others))
        addressed.append((first.id, dates[0].address_hash, None))
        addressed += [(one.id, dates[0].address_hash, first.id) for one in others]
    await settle(tx, refused)
    await messages.put_off(tx.session, later)
    await messages.drop(tx.session, dropped)
    await messages.addressed(tx.session, addressed)
    for id, why in dropped:
        await reroute(tx, id, why)
    return len(claims), parcels


def _starts_at(due: Due) -> datetime:
    return due.session.starts_at if due.session else due.message.due_at


def _write(wording: Wording, terms: Terms, dates: Sequence[Due]) -> Letter | Rejected:
    """One letter: of one message, or of several that say the same of other dates."""
    due, *others = dates
    recipient, message, purpose = due.recipient, due.message, Purpose(due.news.purpose)
    to = due.address
    if recipient is None or to is None:
        return Rejected("no-address")
    language = wording.language(recipient.language)
    own_page = f"{terms.public_url}/preferences/{recipient.token}"
    try:
        facts = _facts(wording, due, own_page, language)
        if others:
            facts["also"] = [_facts(wording, one, own_page, language) for one in others]
        if message.channel == "sms":
            return Letter(message.id, to, language, wording.sms(purpose, language, facts))
        subject, text, html = wording.email(purpose, language, facts)
        one_click = f"{terms.public_url}/unsubscribe/{recipient.token}"
        calendar = tuple(ics for one in dates if (ics := _invitation(wording, terms, one, to, language)) is not None)
        return Letter(message.id, to, language, text, subject, html, one_click, calendar)
    except Exception as error:  # one message that cannot be written must not hold the others
        log.error("message not written", message=str(message.id), purpose=purpose, error=type(error).__name__)
        return Rejected("not-written")


def _invitation(wording: Wording, terms: Terms, due: Due, to: str, language: str) -> Invitation | None:
    if due.session is None:
        return None
    return invitation(
        Purpose(due.news.purpose),
        due.news.facts,
        due.news.said_at,
        due.enrolment,
        due.session,
        title=on_one_line(due.session.title, language),
        house=wording.house(language),
        sender=terms.sender,
        to=to,
    )


def _facts(wording: Wording, due: Due, own_page: str, language: str) -> dict[str, Any]:
    if due.session is not None:
        return facts_of(due.enrolment, due.session, due.link, due.news.facts, own_page, language)
    more = {"reference": due.enrolment.reference, "link": due.link or "", "preferences": own_page}
    return {**wording.of_facts(due.news.facts, language), **more}


async def settle(tx: Tx, answers: Sequence[Answer]) -> dict[UUID, str]:
    """Write down what the provider answered, and tell the house what is final; gives the messages' new status.

    Without those that were no longer ours.
    """
    outcomes = {claim.id: answer.outcome for answer in answers for claim in answer.claims}
    verdicts = [replace(_judge(answer), claim=claim) for answer in answers for claim in answer.claims]
    settled = await messages.settle(tx.session, verdicts)
    for about in settled:
        outcome = outcomes[about.id]
        if isinstance(outcome, Rejected) and outcome.lasting and about.address_hash is not None:
            await suppress(tx.session, about.channel, about.address_hash, "hard-bounce")
        if about.status == "sent":
            say(tx, MessageSent, about)
        elif about.status == "failed":
            code = outcome.code if isinstance(outcome, Rejected) else GAVE_UP
            say(tx, MessageFailed, about, code=code)
            await reroute(tx, about.id, code)
    return {about.id: about.status for about in settled}


def _judge(answer: Answer) -> Verdict:
    claim, letter = answer.claim, answer.letter
    judged = partial(
        Verdict,
        claim=claim,
        language=letter.language if letter else None,
        body_hash=hashlib.sha256(letter.text.encode()).digest() if letter else None,
    )
    match answer.outcome:
        case Taken(provider_id, provider):
            return judged(status="sent", provider=provider or None, provider_id=provider_id)
        case Rejected(code):
            return judged(status="failed", problem=code)
        case Withheld():
            return judged(status="withheld")
        case NotNow(why):
            wait = retry_in(claim.attempts)
            if wait is None:
                return judged(status="failed", problem=GAVE_UP)
            return judged(status="scheduled", problem=why, due_at=now() + wait)
        case Unknown(why, provider):
            return judged(status="unknown", problem=why, provider=provider or None, due_at=now() + LOOK_AFTER)
