"""News becomes messages: one for each guardian and channel, as soon as what it needs is there.

In the transaction in which the last part arrives; and again whenever a family's contact changes: what has not left
follows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from ronde.clock import now
from ronde.ids import new_id
from ronde_contracts.notify import Channel
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notify.purposes import PURPOSES, Purpose
from notify.rules import BOTH, TOGETHER, channels
from notify.tables import Enrolment, Link, Message, News, Recipient, Session

Subject = tuple[UUID, str | None, UUID]
"""(party, organiser, the session or the matter itself)."""
LEFT = ("sending", "sent", "unknown", "delivered")


async def address_waiting(session: AsyncSession, *, whose: Any) -> None:
    """Address again what still waits; `whose` is a condition on News or Enrolment."""
    open_messages = select(Message.id).where(Message.news_id == News.id, Message.status == "scheduled").exists()
    found = await session.execute(
        select(News.id)
        .join(Enrolment, Enrolment.enrolment_id == News.enrolment_id)
        .where(whose, News.withdrawn_at.is_(None), or_(News.addressed_at.is_(None), open_messages))
    )
    await address(session, [id for (id,) in found])


async def address(session: AsyncSession, ids: Sequence[UUID], *, first: bool = False) -> None:
    """Make of each news the messages that its people should have now; what it misses is noted instead.

    `first`: nothing was made of it yet, and it corrects nothing, so what they were told before does not matter.
    """
    if not ids:
        return
    found = (
        await session.execute(
            select(News, Enrolment, Session.session_id, Session.series_id, Session.reason, Link.enrolment_id)
            .join(Enrolment, Enrolment.enrolment_id == News.enrolment_id)
            .outerjoin(
                Session, (Session.organiser == Enrolment.organiser) & (Session.session_id == Enrolment.session_id)
            )
            .outerjoin(Link, Link.enrolment_id == Enrolment.enrolment_id)
            .where(News.id.in_(ids))
            .order_by(News.id)
        )
    ).all()
    people: dict[UUID, list[Recipient]] = defaultdict(list)
    parties = {row.News.party_id for row in found}
    asked = select(Recipient).where(Recipient.party_id.in_(parties)).order_by(Recipient.guardian_id)
    for one in await session.scalars(asked.execution_options(populate_existing=True)):
        people[one.party_id].append(one)
    before = defaultdict(Before) if first else await _before(session, [row.Enrolment for row in found])
    new: list[dict[str, Any]] = []
    gone: list[UUID] = []
    waiting: dict[str | None, list[UUID]] = defaultdict(list)
    for news, enrolment, known_session, series, reason, link in found:
        known = known_session is not None or enrolment.session_id is None
        missing = _missing(Purpose(news.purpose), known, people[news.party_id], link)
        waiting[missing].append(news.id)
        if missing is None:
            about = before[(enrolment.party_id, enrolment.organiser, enrolment.subject_id)]
            wanted = _wanted(news, people[news.party_id], about)
            ours = {(row.guardian_id, row.channel): row for row in about.rows if row.news_id == news.id}
            new += [
                _row(news, _together(news, series, reason), *one)
                for one in sorted(wanted - ours.keys(), key=lambda one: (one[0], BOTH.index(one[1])))
            ]
            gone += [row.id for key, row in ours.items() if row.status == "scheduled" and key not in wanted]
    if gone:  # never left, and somebody else's or another channel's now
        await session.execute(delete(Message).where(Message.id.in_(gone)))
    if new:
        await session.execute(insert(Message).values(new))
    for missing, ids in waiting.items():
        at = func.coalesce(News.addressed_at, now()) if missing is None else None
        await session.execute(update(News).where(News.id.in_(ids)).values(waits_for=missing, addressed_at=at))


def _missing(purpose: Purpose, session: bool, people: Sequence[Recipient], link: UUID | None) -> str | None:
    if not session:
        return "session"
    if not people:
        return "contact"
    return "link" if PURPOSES[purpose].needs_link and link is None else None


@dataclass(slots=True)
class Before:
    """What a family was told of a session, or of a matter of its own, so far.

    `rows` are its messages, oldest first; `unaddressed` is news.
    """

    rows: list[Any] = field(default_factory=list)
    unaddressed: set[UUID] = field(default_factory=set)

    def used(self, guardian: UUID) -> Iterator[Channel]:
        """The channels that really reached them, the latest first."""
        for row in reversed(self.rows):
            if row.guardian_id == guardian and row.status in LEFT:
                yield row.channel

    def heard(self, guardian: UUID, purposes: Collection[Purpose]) -> bool:
        """Whether one of them has reached that person, or may have."""
        return any(row.guardian_id == guardian and row.purpose in purposes and row.status in LEFT for row in self.rows)

    def will_be_told_anyway(self, guardian: UUID, news: UUID) -> bool:
        """What still waits will say what is true by itself: a move, or anything when nothing has reached them yet."""
        others = [row for row in self.rows if row.guardian_id == guardian and row.news_id != news]
        waiting = {row.purpose for row in others if row.status == "scheduled"}
        if Purpose.MOVED in waiting:
            return True
        return bool(waiting or self.unaddressed - {news}) and not any(row.status in LEFT for row in others)


async def _before(session: AsyncSession, enrolments: Sequence[Enrolment]) -> dict[Subject, Before]:
    """By family and session. What still waits is held until we commit, so that nobody sends the old state meanwhile."""
    of_the_same = or_(
        *(
            (Enrolment.party_id == party) & (Enrolment.organiser == organiser) & (Enrolment.subject_id == id)
            for party, organiser, id in {(one.party_id, one.organiser, one.subject_id) for one in enrolments}
        )
    )
    key = (Enrolment.party_id, Enrolment.organiser, Enrolment.subject_id.label("subject_id"))
    found: dict[Subject, Before] = defaultdict(Before)
    rows = await session.execute(
        select(*key, News.purpose, Message.id, Message.news_id, Message.guardian_id, Message.channel, Message.status)
        .join(News, News.id == Message.news_id)
        .join(Enrolment, Enrolment.enrolment_id == News.enrolment_id)
        .where(of_the_same)
        .order_by(Message.id)
        .with_for_update(of=Message)
    )
    for row in rows:
        found[(row.party_id, row.organiser, row.subject_id)].rows.append(row)
    waiting = await session.execute(
        select(*key, News.id)
        .join(Enrolment, Enrolment.enrolment_id == News.enrolment_id)
        .where(of_the_same, News.addressed_at.is_(None), News.withdrawn_at.is_(None))
    )
    for party, organiser, id, news in waiting:
        found[(party, organiser, id)].unaddressed.add(news)
    return found


def _wanted(news: News, people: Sequence[Recipient], before: Before) -> set[tuple[UUID, Channel]]:
    """(guardian, channel) of every message that should be there, sent ones included.

    Two guardians who share a telephone get one SMS; who has no address at all is left to those who have one.
    """
    purpose = Purpose(news.purpose)
    wanted: set[tuple[UUID, Channel]] = set()
    taken: set[str | None] = {None}
    ours: dict[UUID, list[Any]] = defaultdict(list)
    for row in before.rows:
        if row.news_id == news.id:
            ours[row.guardian_id].append(row)
    for one in sorted(people, key=lambda one: (one.guardian_id not in ours, one.guardian_id)):
        addresses = {"sms": one.phone, "email": one.email and one.email.lower()}
        if any(row.status != "scheduled" for row in ours[one.guardian_id]):
            by = tuple(row.channel for row in ours[one.guardian_id])  # told, or tried: the rest is rerouting's
        elif (after := PURPOSES[purpose].after) and not before.heard(one.guardian_id, after):
            continue  # they never knew of what this takes back
        elif purpose is Purpose.MOVED and before.will_be_told_anyway(one.guardian_id, news.id):
            continue
        else:
            phone, email = (addresses[channel] not in taken for channel in BOTH)
            if not (phone or email) and (len(taken) > 1 or _somebody_else(people, one)):
                continue
            used = list(before.used(one.guardian_id))
            by = channels(purpose, phone=phone, email=email, asked=cast(Channel | None, one.channel), used=used)
        wanted |= {(one.guardian_id, channel) for channel in by}
        taken |= {addresses[channel] for channel in by}
    return wanted


def _somebody_else(people: Sequence[Recipient], one: Recipient) -> bool:
    """Another guardian who can be reached."""
    return any(other.phone or other.email for other in people if other is not one)


def _row(news: News, together: str | None, guardian: UUID, channel: Channel) -> dict[str, Any]:
    at = now()
    return {
        "id": new_id(),
        "news_id": news.id,
        "guardian_id": guardian,
        "channel": channel,
        "created_at": at,
        "due_at": max(at + TOGETHER if together else at, news.due_at),
        "together": together,
    }


def _together(news: News, series: UUID | None, reason: dict[str, str] | None) -> str | None:
    """What two messages have in common that differ in their date alone; None: it goes by itself."""
    if series is None or not PURPOSES[Purpose(news.purpose)].together:
        return None
    said = {name: news.facts.get(name) for name in ("position", "was", "session")}
    return f"{news.purpose} {series} {said} {reason}"
