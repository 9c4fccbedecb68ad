"""A founder answers what is asked of them: consents, or objects with a reason."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.house import House
from ronde.refusal import Refused

from booking import outcomes
from booking.charter_tables import Answer, Answered, Consent


@dataclass(frozen=True, kw_only=True)
class AnswerConsent:
    """`objection` None: they consent."""

    consent_id: UUID
    organisation: str
    objection: str | None = None


class NothingAsked(Refused):
    """Nothing of that id was asked."""

    code, status = "nothing-asked", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Rien de tel n'a été demandé.",
        "en": "Nothing like that was asked.",
    }


class NotAskedOfYou(Refused):
    """Only the other founders answer."""

    code, status = "not-asked-of-you", 403
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette demande va aux autres structures fondatrices : elles seules y répondent.",
        "en": "This is asked of the other founders: only they answer.",
    }


class AlreadySettled(Refused):
    """The time to answer is over, or somebody objected, or the asker wants it no more."""

    code, status = "already-settled", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette demande a déjà son issue, ou le temps d'y répondre est passé.",
        "en": "This has its outcome already, or the time to answer is over.",
    }


async def answer_consent(tx: Tx, house: House, cmd: AnswerConsent) -> Consent:
    """One objection settles it and frees the slot, and so does the last consent. The same answer again is nothing new.

    Who consented may still object, as long as it is not settled.
    """
    known = await tx.session.get(Consent, cmd.consent_id)
    if known is None:
        raise NothingAsked
    if cmd.organisation not in known.founders:
        raise NotAskedOfYou
    consent = await outcomes.locked(tx, known)
    answer = next((one for one in consent.answers if one.organisation == cmd.organisation), None)
    if answer is not None and answer.objection == cmd.objection:
        return consent
    if consent.state != Answered.ASKED or consent.until <= now():
        raise AlreadySettled
    if answer is None:
        answer = Answer(organisation=cmd.organisation, at=now())
        consent.answers.append(answer)
    answer.objection, answer.at = cmd.objection, now()
    if cmd.objection is not None:
        await outcomes.refuse(tx, consent, cmd.organisation, cmd.objection)
    elif {one.organisation for one in consent.answers} >= set(consent.founders):
        await outcomes.give(tx, house, consent)
    return consent
