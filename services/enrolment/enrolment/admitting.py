"""Who may join a session, and when: what the session asks of them, and the organisation that holds it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.house import Agreement
from ronde.refusal import Refused
from ronde.web.dates import moment
from ronde_contracts.event import PartyKind
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment import rules
from enrolment.line import not_begun
from enrolment.settings import Terms
from enrolment.tables import OwnFamily, Party, Session, Signature


class ChildUnknown(Refused):
    """No child is named, or one that is not theirs."""

    code, status = "child-unknown", 422
    words: ClassVar[dict[str, str]] = {
        "fr": "Indiquez au moins un enfant, parmi ceux qui sont enregistrés avec cette famille.",
        "en": "Name at least one child, among those registered with this family.",
    }


class SessionNotOpen(Refused):
    """The session has no room yet, or no longer, or was called off."""

    code, status = "session-not-open", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Les inscriptions à cette séance ne sont pas ouvertes.",
        "en": "Enrolment in this session is not open.",
    }


class NotOpenYet(Refused):
    """Enrolment begins later; the moment is told."""

    code, status = "enrolments-not-open-yet", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Les inscriptions à cette séance ouvrent le {at}. Revenez à ce moment-là : l'ordre d'arrivée compte à "
        "partir de l'ouverture.",
        "en": "Enrolment in this session opens on {at}. Please come back then: the order of arrival counts from there.",
    }
    example: ClassVar[dict[str, Any]] = {"opens_at": "2026-09-14T09:00:00+02:00"}


class EnrolmentsClosed(Refused):
    """It is too late for the team to prepare for more people; who is enrolled may still withdraw."""

    code, status = "enrolments-closed", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Les inscriptions à cette séance ont pris fin le {at}, pour que l'équipe puisse la préparer. Les "
        "prochaines séances sont dans le programme.",
        "en": "Enrolment in this session ended on {at}, so that the team can prepare it. The next sessions are in the "
        "programme.",
    }
    example: ClassVar[dict[str, Any]] = {"closes_at": "2026-10-05T23:59:00+02:00"}


class NotInvited(Refused):
    """The session is for others."""

    code, status = "not-invited", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette séance est proposée à un autre public.",
        "en": "This session is for another audience.",
    }


class AgeOutOfRange(Refused):
    """A child is too young or too old on the day of the session."""

    code, status = "age-out-of-range", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Un enfant n'aura pas l'âge prévu le jour de la séance.",
        "en": "A child will not have the right age on the day of the session.",
    }


class CharterToSign(Refused):
    """The organiser has a charter, and this version of it is not signed yet."""

    code, status = "charter-to-sign", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Avant une première inscription auprès de cette structure, il faut lire et accepter sa charte.",
        "en": "Before enrolling with this organisation for the first time, please read and accept its charter.",
    }
    example: ClassVar[dict[str, Any]] = {
        "charter": {
            "organisation": "relais",
            "version": "2026-09",
            "title": {"fr": "La charte des matinées d'éveil"},
            "text": {"fr": "Pendant la séance, je reste responsable des enfants que j'accueille."},
        }
    }


ONLY_THEIRS = {
    "fr": "Cette séance est proposée aux familles dont les enfants sont accueillis par la structure.",
    "en": "This session is for the families whose children the organisation cares for.",
}


async def admit(
    tx: Tx,
    terms: Terms,
    session: Session,
    party: Party,
    child_ids: Sequence[UUID],
    *,
    agrees_to: str | None,
    asked_at: datetime,
) -> Agreement | None:
    """What they sign with it, having read the version `agrees_to`; None: nothing, or they did before.

    Decides, and writes nothing: call `sign` once they have their place. The session is locked and the party's children
    are loaded. No statement where the session asks for nothing that is kept elsewhere. Opening and closing go by
    `asked_at`, whenever it is decided. Raises what is above, and SessionBegan.
    """
    births = _of(party, child_ids)
    starts_at = _open(session, terms, asked_at)
    if party.kind not in session.audience:
        raise NotInvited(audience=session.audience)
    if session.families_of and party.kind == "family" and not await _own(tx.session, party, session.families_of):
        raise NotInvited(ONLY_THEIRS, families_of=session.families_of)
    day, ages = starts_at.astimezone(terms.timezone).date(), (session.from_months, session.to_months)
    outside = [str(id) for id, born in births.items() if not rules.age_fits(born, day, *ages)]
    if outside:
        raise AgeOutOfRange(child_ids=outside, from_months=ages[0], to_months=ages[1])
    asked = await to_sign(tx.session, terms, session.organiser, party)
    if asked is not None and asked.version != agrees_to:
        raise CharterToSign(charter=asked.model_dump(exclude={"signed_by"}))
    return asked


async def sign(tx: Tx, party: Party, agreement: Agreement | None) -> None:
    """Once a party and version: two enrolments at once sign once."""
    if agreement is not None:
        signature = {"organisation": agreement.organisation, "version": agreement.version, "signed_at": now()}
        await tx.session.execute(insert(Signature).values(party_id=party.id, **signature).on_conflict_do_nothing())


async def to_sign(session: AsyncSession, terms: Terms, organiser: str, party: Party) -> Agreement | None:
    """What they must still agree to before they enrol with that organisation; None: nothing."""
    agreement = terms.agreement(organiser, cast(PartyKind, party.kind))
    if agreement is None:
        return None
    signed = await session.get(Signature, (party.id, organiser, agreement.version))
    return agreement if signed is None else None


def _of(party: Party, child_ids: Sequence[UUID]) -> dict[UUID, rules.Born]:
    """When the children who come were born. Raises ChildUnknown."""
    theirs = {child.id: rules.Born(child.born_on, child.born_exactly) for child in party.children}
    if not child_ids or len(set(child_ids)) < len(child_ids) or not theirs.keys() >= set(child_ids):
        raise ChildUnknown
    return {id: theirs[id] for id in child_ids}


def _open(session: Session, terms: Terms, asked_at: datetime) -> datetime:
    """When it starts, of a session in which one may enrol."""
    if session.state != "open" or session.starts_at is None:
        raise SessionNotOpen(state=session.state)
    not_begun(session)
    if session.opens_at is not None and asked_at < session.opens_at:
        raise NotOpenYet(_at(NotOpenYet, session.opens_at, terms), opens_at=session.opens_at.isoformat())
    if session.closes_at is not None and session.closes_at <= asked_at:
        raise EnrolmentsClosed(_at(EnrolmentsClosed, session.closes_at, terms), closes_at=session.closes_at.isoformat())
    return session.starts_at


def _at(refusal: type[Refused], when: datetime, terms: Terms) -> dict[str, str]:
    """The refusal's words with the moment as people say it."""
    return {lang: words.format(at=moment(when, lang, terms.timezone)) for lang, words in refusal.words.items()}


async def _own(session: AsyncSession, party: Party, organisations: list[str]) -> bool:
    wanted = select(OwnFamily).where(OwnFamily.party_id == party.id, OwnFamily.organisation.in_(organisations))
    return (await session.scalars(wanted.limit(1))).first() is not None
