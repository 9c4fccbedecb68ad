"""Occasional care as a family and a crèche's team read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from ronde.clock import now
from ronde.house import Creche
from ronde.ids import reference
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.creche.hours import hours
from enrolment.doorkeys import token_hash
from enrolment.nursery.asking import moments
from enrolment.settings import Terms
from enrolment.tables import HELD, CareOffer, CareSlot, CareWish, CrecheChild


@dataclass(frozen=True, kw_only=True)
class CareSeen:
    """An offer with its child's first name, its crèche's and its hours by the clock.

    `first_answer`: several families are asked, and the first yes has them. `ended`: its link is over.
    """

    offer: CareOffer
    first_name: str
    creche: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    first_answer: bool
    ended: bool

    @property
    def reference(self) -> str:
        return reference("O", self.offer.id)

    @property
    def began(self) -> bool:
        return self.starts_at <= now()

    @property
    def stands(self) -> bool:
        """Whether it can still be accepted."""
        return self.offer.deadline is not None and self.offer.deadline > now()


class WishSeen(NamedTuple):
    """A wish with its child's first name and its crèche's."""

    wish: CareWish
    first_name: str
    creche: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class FamilyCare:
    """A family's occasional care from now on; nothing at all for most."""

    wishes: tuple[WishSeen, ...]
    offers: tuple[CareSeen, ...]


async def care_by_link(session: AsyncSession, terms: Terms, token: str) -> CareSeen | None:
    """None for a link that nobody was given."""
    found = await session.execute(_seen().where(CareOffer.link_hash == token_hash(token)))
    return next((_of(terms, offer, name) for offer, name in found), None)


async def care_of_their_own(session: AsyncSession, terms: Terms, party_id: UUID, id: UUID) -> CareSeen | None:
    """None when it is another family's."""
    found = await session.execute(_of_family(_seen(), party_id).where(CareOffer.id == id))
    return next((_of(terms, offer, name) for offer, name in found), None)


async def one_care(session: AsyncSession, terms: Terms, id: UUID) -> CareSeen:
    """NoResultFound when there is none."""
    offer, name = (await session.execute(_seen().where(CareOffer.id == id))).one()
    return _of(terms, offer, name)


async def care_of_family(session: AsyncSession, terms: Terms, party_id: UUID) -> FamilyCare:
    """What it wishes for, what it may answer now, and what it has booked ahead."""
    today = now().astimezone(terms.timezone).date()
    asked = _of_family(_seen(), party_id).where(CareOffer.state.in_(HELD), CareOffer.day >= today)
    offers = [_of(terms, offer, name) for offer, name in await session.execute(asked.order_by(CareOffer.day))]
    wished = select(CareWish, CrecheChild.first_name).join(CrecheChild, CrecheChild.id == CareWish.child_id)
    wishes = await session.execute(
        wished.where(CareWish.party_id == party_id, CareWish.live).order_by(CareWish.since, CareWish.id)
    )
    known = {one.id: one.name for one in terms.creches}
    return FamilyCare(
        wishes=tuple(WishSeen(wish, name, known[wish.creche]) for wish, name in wishes if wish.creche in known),
        offers=tuple(one for one in offers if one.stands or (one.offer.state == "booked" and not one.began)),
    )


async def offers_of(session: AsyncSession, terms: Terms, creche: Creche, first: date) -> list[CareSeen]:
    """From a day on, by day and then as they were made."""
    wanted = _seen().where(CareOffer.creche == creche.id, CareOffer.day >= first)
    found = await session.execute(wanted.order_by(CareOffer.day, CareOffer.offered_at, CareOffer.id))
    return [_of(terms, offer, name) for offer, name in found]


async def wishes_of(session: AsyncSession, creche: Creche) -> Sequence[tuple[CareWish, str]]:
    """Those that are registered now, with the child's first name."""
    wanted = select(CareWish, CrecheChild.first_name).join(CrecheChild, CrecheChild.id == CareWish.child_id)
    found = await session.execute(
        wanted.where(CareWish.creche == creche.id, CareWish.live).order_by(CareWish.since, CareWish.id)
    )
    return [(wish, name) for wish, name in found]


async def slots_of(session: AsyncSession, creche: Creche, first: date) -> Sequence[CareSlot]:
    """The hours that are free to offer, from a day on."""
    wanted = select(CareSlot).where(CareSlot.creche == creche.id, CareSlot.day >= first, CareSlot.hours != "")
    return (await session.scalars(wanted.order_by(CareSlot.day, CareSlot.id))).all()


async def children_of(session: AsyncSession, creche: Creche) -> Sequence[CrecheChild]:
    """The children whom a crèche has written down, by first name."""
    wanted = select(CrecheChild).where(CrecheChild.creche == creche.id)
    return (await session.scalars(wanted.order_by(CrecheChild.first_name, CrecheChild.born_on))).all()


def _of_family(wanted: Select[CareOffer, str], party_id: UUID) -> Select[CareOffer, str]:
    return wanted.join(CareWish, CareWish.id == CareOffer.wish_id).where(CareWish.party_id == party_id)


def _seen() -> Select[CareOffer, str]:
    return select(CareOffer, CrecheChild.first_name).join(CrecheChild, CrecheChild.id == CareOffer.child_id)


def _of(terms: Terms, offer: CareOffer, first_name: str) -> CareSeen:
    starts_at, ends_at = moments(offer.day, hours(offer.hours), terms)
    creche = terms.creche(offer.creche)
    return CareSeen(
        offer=offer,
        first_name=first_name,
        creche=creche.name if creche else {"fr": offer.creche},
        starts_at=starts_at,
        ends_at=ends_at,
        first_answer=creche is not None and creche.occasional.asked_at_once > 1,
        ended=ends_at + terms.link_stays < now(),
    )
