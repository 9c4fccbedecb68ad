"""The claimed messages with all that decides whether they leave now, read together in a few statements."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ronde.clock import now
from ronde.house.model import Hours
from ronde_contracts.notify import Channel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from notify.holding import hold_counts
from notify.providers import Rejected
from notify.purposes import PURPOSES, Purpose
from notify.rules import Occasion, PutOff, midnight, when
from notify.settings import Terms
from notify.suppressions import hash_of, suppressed
from notify.tables import Enrolment, Link, Message, News, Recipient, Restored, Session
from notify.tables.people import Why

COUNTED = tuple(purpose for purpose, row in PURPOSES.items() if row.counted)
OF_USE = timedelta(days=14)
"""What has no hour of its own and was not told by then is for a person to tell: the news is old."""
RETOLD = (News.again | (News.cause == "reminder")) & (
    select(Restored.restored_at)
    .where(Restored.restored_at.between(News.said_at, Message.created_at))
    .correlate(News, Message)
    .exists()
)
STOPPED: dict[Why, str] = {"stop": "stopped", "hard-bounce": "bounced"}


@dataclass(frozen=True, slots=True)
class Dropped:
    """Not sent by this channel, and no failure of it. `why`: stopped, bounced, not-agreed, contact-changed."""

    why: str


@dataclass(slots=True)
class Due:
    """One claimed message. `today`: how many its person had since midnight that count.

    `retold`: its news was said before the house was restored, and may have been told then.
    """

    message: Message
    news: News
    enrolment: Enrolment
    session: Session | None
    recipient: Recipient | None
    link: str | None
    retold: bool = False
    today: int = 0
    address_hash: bytes = b""
    stopped: Why | None = None

    @property
    def letter(self) -> tuple[UUID, str] | UUID:
        """Those that have it in common leave in one."""
        return (self.message.guardian_id, self.message.together) if self.message.together else self.message.id

    @property
    def address(self) -> str | None:
        if self.recipient is None:
            return None
        return self.recipient.phone if self.message.channel == "sms" else self.recipient.email

    def judge(self, terms: Terms) -> PutOff | Rejected | Dropped | None:
        """None when it may be written and leave now."""
        if self.recipient is None:
            return Dropped("contact-changed")
        purpose, at = Purpose(self.news.purpose), now()
        row = PURPOSES[purpose]
        if row.kind == "promotional" and not self.recipient.promotional:
            return Dropped("not-agreed")
        old = self.news.said_at + OF_USE
        starts_at, ends_at = (self.session.starts_at, self.session.ends_at) if self.session else (old, old)
        occasion = Occasion(starts_at, ends_at, _deadline(self.news, self.enrolment))
        quiet_from, quiet_until = self.recipient.quiet_from, self.recipient.quiet_until
        own_quiet = Hours(quiet_from, quiet_until) if quiet_from is not None and quiet_until is not None else None
        verdict = when(purpose, occasion, at, terms, own_quiet=own_quiet, today=self.today)
        if isinstance(verdict, PutOff):
            return verdict
        if verdict is not None:
            return Rejected(verdict) if row.late == "task" else Dropped(verdict)
        return Dropped(STOPPED[self.stopped]) if self.stopped else None


def _deadline(news: News, enrolment: Enrolment) -> datetime | None:
    """The one that the news tells of: the enrolment may have another by now."""
    said = news.facts.get("deadline")
    return datetime.fromisoformat(said) if said else enrolment.deadline


async def due(session: AsyncSession, ids: Collection[UUID], channel: Channel, terms: Terms) -> list[Due]:
    """All that is known of these claims, the longest due first."""
    rows = await session.execute(
        select(Message, News, Enrolment, Session, Recipient, Link.url, RETOLD)
        .join(News, News.id == Message.news_id)
        .join(Enrolment, Enrolment.enrolment_id == News.enrolment_id)
        .outerjoin(Session, (Session.organiser == Enrolment.organiser) & (Session.session_id == Enrolment.session_id))
        .outerjoin(Recipient, (Recipient.party_id == News.party_id) & (Recipient.guardian_id == Message.guardian_id))
        .outerjoin(Link, Link.enrolment_id == Enrolment.enrolment_id)
        .where(Message.id.in_(ids))
        .order_by(Message.due_at, Message.id)
    )
    found = [
        Due(message, news, enrolment, _as_told(told_session, news, enrolment), recipient, link, retold)
        for message, news, enrolment, told_session, recipient, link, retold in rows
    ]
    for one in found:
        if one.address is not None:
            one.address_hash = hash_of(terms, channel, one.address)
    stopped = await suppressed(session, (one.address_hash for one in found))
    today = await _today(session, found, terms)
    nth: dict[tuple[UUID, str] | UUID, int] = {}
    for one in found:
        one.stopped = stopped.get(one.address_hash)
        if one.news.purpose in COUNTED:
            if one.letter not in nth:  # it is about to leave: the next in this hand comes after it
                nth[one.letter] = today[one.message.guardian_id]
                today[one.message.guardian_id] += 1
            one.today = nth[one.letter]
    return found


async def _today(session: AsyncSession, found: list[Due], terms: Terms) -> Counter[UUID]:
    """How many counted messages each person had today. They are held: two senders do not count at the same time."""
    people = {one.message.guardian_id for one in found if one.news.purpose in COUNTED}
    if not people:
        return Counter()
    await hold_counts(session, people)
    rows = await session.execute(
        select(Message.guardian_id, func.count())
        .join(News, News.id == Message.news_id)
        .where(
            Message.guardian_id.in_(people),
            Message.carried_by.is_(None),
            Message.claimed_at >= midnight(now(), terms.zone),
            Message.status.in_(("sending", "sent", "unknown", "delivered")),
            Message.id.not_in([one.message.id for one in found]),
            News.purpose.in_(COUNTED),
        )
        .group_by(Message.guardian_id)
    )
    return Counter(dict(rows.all()))


def _as_told(session: Session | None, news: News, enrolment: Enrolment) -> Session | None:
    """The session as it was when it was called off, where it has been planned again since (tell_overtaken.py).

    Hours of occasional care are of one family, and come with the news. None: it is about nothing with an hour.
    """
    then = news.facts.get("session")
    if then is None:
        return session
    return Session(
        organiser=enrolment.organiser,
        session_id=enrolment.subject_id,
        title=then["title"],
        room_name=then["room_name"],
        starts_at=datetime.fromisoformat(then["starts_at"]),
        ends_at=datetime.fromisoformat(then["ends_at"]),
        called_off=True,
        suspended=False,
        reason=then["reason"],
        version=news.version,
    )
