"""What is new in a programme since it was last told: pure, no file and no broker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from .memory import Said
from .programme import Session

PLANNED, CHANGED, CANCELLED = "session.planned.v1", "session.changed.v1", "session.cancelled.v1"


@dataclass(frozen=True)
class News:
    """One thing to say of one session. `sequence` counts what was said of it, from 1."""

    type: str
    session_id: UUID
    sequence: int
    starts_at: datetime
    title: str
    data: dict[str, Any]

    @property
    def said(self) -> Said:
        return Said(self.type, self.sequence, self.starts_at.isoformat(), self.data)


@dataclass(frozen=True)
class Comparison:
    """The news, and how many sessions there was nothing to say of."""

    news: list[News]
    unchanged: int
    past: int


def compare(sessions: Sequence[Session], said: Mapping[str, Said], now: datetime) -> Comparison:
    """A session that has begun is never spoken of again: nobody can act on it any more."""
    news: list[News] = []
    past = 0
    for session in sessions:
        if session.starts_at <= now:
            past += 1
        elif (one := _of(session, said.get(str(session.id)))) is not None:
            news.append(one)
    gone = [_gone(id, last) for id, last in _missing(sessions, said, now).items()]
    unchanged = len(sessions) - past - len(news)
    return Comparison(news + gone, unchanged, past)


def _of(session: Session, last: Said | None) -> News | None:
    title = str(session.plan["title"].get("fr", ""))
    plan = {"session_id": str(session.id), **session.plan}
    sequence = max(session.revision, last.sequence if last else 0) + 1
    if session.cancelled:
        if last is None or last.type == CANCELLED:
            return None
        data: dict[str, Any] = {"session_id": str(session.id)}
        if session.reason:
            data["reason"] = session.reason
        return News(CANCELLED, session.id, sequence, session.starts_at, title, data)
    if last is None or last.type == CANCELLED:
        return News(PLANNED, session.id, sequence, session.starts_at, title, plan)
    if last.plan != plan:
        return News(CHANGED, session.id, sequence, session.starts_at, title, plan)
    return None


def _missing(sessions: Sequence[Session], said: Mapping[str, Said], now: datetime) -> dict[str, Said]:
    """Sessions that the house was told of and that the file has no more: an EXDATE, or an event removed."""
    there = {str(session.id) for session in sessions}
    return {
        id: last
        for id, last in said.items()
        if id not in there and last.type != CANCELLED and datetime.fromisoformat(last.starts_at) > now
    }


def _gone(id: str, last: Said) -> News:
    starts_at = datetime.fromisoformat(last.starts_at)
    title = str(last.plan.get("title", {}).get("fr", ""))
    return News(CANCELLED, UUID(id), last.sequence + 1, starts_at, title, {"session_id": id})
