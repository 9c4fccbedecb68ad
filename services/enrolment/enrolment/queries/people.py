"""Families: as they see themselves, as staff find them, and those that look like one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from ronde.clock import now
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from enrolment.doorkeys import token_hash
from enrolment.likeness import Sign, key, signs
from enrolment.queries.enrolments import Seen, enrolment
from enrolment.refusals import PartyUnknown
from enrolment.tables import Child, Enrolment, FamilyLink, FormerId, Guardian, Party, ToldApart

WHOLE = (selectinload(Party.guardians), selectinload(Party.children))


@dataclass(frozen=True, kw_only=True)
class FamilySeen:
    """A family as one of its guardians sees it: of the others the name only, never how they are reached."""

    party: Party
    me: Guardian
    others: tuple[Guardian, ...]
    enrolments: tuple[Seen, ...]


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """Two files that may be of one family, and why."""

    first: Party
    second: Party
    signs: tuple[Sign, ...]


async def family(session: AsyncSession, token: str) -> FamilySeen | None:
    """What this link opens; None for one that nobody was given, or whose visit is over."""
    link = await session.get(FamilyLink, token_hash(token))
    if link is None or link.expires_at <= now():
        return None
    me = await session.get_one(Guardian, link.guardian_id)
    party = await session.get_one(Party, me.party_id, options=WHOLE)
    ids = await session.scalars(
        select(Enrolment.id).where(Enrolment.party_id == party.id).order_by(Enrolment.number.desc())
    )
    return FamilySeen(
        party=party,
        me=me,
        others=tuple(one for one in party.guardians if one is not me),
        enrolments=tuple([await enrolment(session, id) for id in ids.all()]),
    )


async def one_party(session: AsyncSession, party_id: UUID) -> Party:
    """Under its id, or one it had before a merge. Raises PartyUnknown."""
    former = await session.get(FormerId, party_id)
    party = await session.get(Party, former.party_id if former else party_id, options=WHOLE)
    if party is None or party.erased_at is not None:
        raise PartyUnknown
    return party


async def find_parties(session: AsyncSession, asked: str, limit: int = 50) -> Sequence[Party]:
    """For who phones: by a telephone number, an e-mail address, or letters of a guardian's or a child's name."""
    asked = asked.strip()
    like = f"%{asked.replace('%', '').replace('_', '')}%"
    matching = (
        select(Guardian.party_id)
        .where(or_(Guardian.phone == _e164(asked), Guardian.email == asked.lower(), Guardian.name.ilike(like)))
        .union(select(Child.party_id).where(Child.first_name.ilike(like)))
    )
    wanted = select(Party).where(Party.id.in_(matching)).options(*WHOLE).order_by(Party.id.desc()).limit(limit)
    return (await session.scalars(wanted)).all() if asked else []


async def likenesses(session: AsyncSession, limit: int = 100) -> list[Likeness]:
    """Files that may be of one family, those that staff told apart left out: the newest first."""
    apart = {(one.first_id, one.second_id) for one in await session.scalars(select(ToldApart))}
    pairs = sorted(await _pairs(session) - apart, reverse=True)
    found: list[Likeness] = []
    for first_id, second_id in pairs:
        first, second = [await session.get_one(Party, id, options=WHOLE) for id in (first_id, second_id)]
        why = signs(first, second)
        if why and first.kind == second.kind:
            found.append(Likeness(first=first, second=second, signs=tuple(why)))
        if len(found) == limit:
            break
    return found


async def _pairs(session: AsyncSession) -> set[tuple[UUID, UUID]]:
    """Candidates: an address in common, or a child of the same name born in the same month."""
    together: dict[str, set[UUID]] = defaultdict(set)
    for column in (Guardian.email, Guardian.phone):
        shared = select(column).where(column.is_not(None)).group_by(column).having(func.count() > 1)
        for value, id in await session.execute(select(column, Guardian.party_id).where(column.in_(shared))):
            together[str(value)].add(id)
    for child in await session.scalars(select(Child)):
        together[f"{key(child.first_name)}/{child.born_on:%Y-%m}"].add(child.party_id)
    # One telephone of an association for a hundred families is no reason to compare each with each.
    return {pair for ids in together.values() for pair in combinations(sorted(ids)[-20:], 2)}


def _e164(typed: str) -> str:
    """06 12 34 56 78 as people say it in France."""
    digits = "".join(letter for letter in typed if letter.isdigit() or letter == "+")
    return f"+33{digits[1:]}" if digits.startswith("0") and not digits.startswith("00") else digits
