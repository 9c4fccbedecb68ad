"""All that the house holds about a family, for one of its guardians to take away."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.queries.applications import of_family
from enrolment.queries.enrolments import Seen
from enrolment.queries.line import line_for
from enrolment.queries.people import FamilySeen, family
from enrolment.queries.places import PlaceSeen, of_application
from enrolment.tables import Attendance, CareOffer, CareWish, CrecheApplication, LineChange, OwnFamily, Signature


@dataclass(frozen=True, kw_only=True)
class History:
    """An enrolment, what became of it and why; `came` None when nobody counted."""

    seen: Seen
    news: Sequence[LineChange]
    came: Attendance | None


@dataclass(frozen=True, kw_only=True)
class Holding:
    """The family as its guardian sees it, what happened, and what organisations say of it."""

    family: FamilySeen
    histories: tuple[History, ...]
    wishes: tuple[CareWish, ...]
    care: tuple[CareOffer, ...]
    own_family_of: tuple[str, ...]
    signatures: tuple[Signature, ...]
    applications: tuple[CrecheApplication, ...]
    places: tuple[tuple[CrecheApplication, PlaceSeen], ...]


async def holding(session: AsyncSession, token: str) -> Holding | None:
    """By a link to the family's page; None for one that nobody was given, or whose visit is over."""
    seen = await family(session, token)
    if seen is None:
        return None
    histories = [
        History(
            seen=one,
            news=await line_for(session, one.enrolment),
            came=await session.get(Attendance, one.enrolment.id),
        )
        for one in seen.enrolments
    ]
    wishes = await session.scalars(select(CareWish).where(CareWish.party_id == seen.party.id).order_by(CareWish.since))
    of_them = select(CareOffer).join(CareWish, CareWish.id == CareOffer.wish_id)
    care = await session.scalars(of_them.where(CareWish.party_id == seen.party.id).order_by(CareOffer.offered_at))
    own = await session.scalars(select(OwnFamily.organisation).where(OwnFamily.party_id == seen.party.id))
    signed = await session.scalars(select(Signature).where(Signature.party_id == seen.party.id))
    asked = await of_family(session, seen.party.id)
    return Holding(
        family=seen,
        histories=tuple(histories),
        wishes=tuple(wishes.all()),
        care=tuple(care.all()),
        own_family_of=tuple(own.all()),
        signatures=tuple(signed.all()),
        applications=tuple(asked),
        places=tuple([(one, await of_application(session, one)) for one in asked]),
    )
