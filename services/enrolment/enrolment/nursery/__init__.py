"""Whose crèche it is, and one change of it at a time."""

from typing import ClassVar, TypeVar
from uuid import UUID

from ronde.database import Tx
from ronde.house import Creche
from ronde.refusal import Refused
from sqlalchemy import select

from enrolment.line import HEAR
from enrolment.settings import Terms
from enrolment.tables import CareOffer, CrecheAbsence, CrecheAdaptation, CrecheChild, CrecheContract

OfChild = TypeVar("OfChild", CrecheContract, CrecheAdaptation, CrecheAbsence)


class CrecheUnknown(Refused):
    """The house file has no such crèche."""

    code, status = "creche-unknown", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Aucune crèche de la maison ne porte ce nom.",
        "en": "No crèche of the house is called that.",
    }


class NotTheirCreche(Refused):
    """Another organisation's crèche."""

    code, status = "not-their-creche", 403
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette crèche est celle d'une autre structure : son équipe seule voit et change ses semaines.",
        "en": "This is another organisation's crèche: its team alone sees and changes its weeks.",
    }


class NotInCreche(Refused):
    """No such child, contract, absence or shift in this crèche."""

    code, status = "not-in-creche", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette crèche n'a rien sous ce numéro.",
        "en": "This crèche has nothing under this id.",
    }


def their_creche(terms: Terms, id: str, organisation: str) -> Creche:
    """Raises CrecheUnknown, NotTheirCreche."""
    found = terms.creche(id)
    if found is None:
        raise CrecheUnknown
    if found.organisation != organisation:
        raise NotTheirCreche
    return found


async def lock_creche(tx: Tx, creche: Creche) -> None:
    """Ours until the transaction ends."""
    await tx.session.execute(HEAR, {"key": f"creche/{creche.id}"})


async def child_of(tx: Tx, creche: Creche, child_id: UUID) -> CrecheChild:
    """Raises NotInCreche."""
    child = await tx.session.get(CrecheChild, child_id)
    if child is None or child.creche != creche.id:
        raise NotInCreche
    return child


async def known_of(tx: Tx, creche: Creche, kind: type[OfChild], id: UUID, child_id: UUID) -> OfChild | None:
    """What is known under an id of the caller's, before it is written down for that child: both are this crèche's.

    Raises NotInCreche.
    """
    await child_of(tx, creche, child_id)
    known = await tx.session.get(kind, id)
    if known is not None:
        await child_of(tx, creche, known.child_id)
    return known


async def creche_of_absence(tx: Tx, terms: Terms, absence_id: UUID) -> Creche | None:
    """None when no such absence is declared."""
    declared = select(CrecheChild.creche).join(CrecheAbsence).where(CrecheAbsence.id == absence_id)
    return terms.creche(await tx.session.scalar(declared))


async def lock_offer(tx: Tx, terms: Terms, offer_id: UUID, by: str | None) -> tuple[Creche, CareOffer]:
    """An offer of occasional care and its crèche, ours until the transaction ends.

    `by`: the organisation whose staff ask; None: the family itself. Raises NotInCreche, NotTheirCreche.
    """
    offer = await tx.session.get(CareOffer, offer_id)
    creche = terms.creche(offer.creche) if offer else None
    if offer is None or creche is None:
        raise NotInCreche
    if by is not None and creche.organisation != by:
        raise NotTheirCreche
    await lock_creche(tx, creche)
    await tx.session.refresh(offer)
    return creche, offer
