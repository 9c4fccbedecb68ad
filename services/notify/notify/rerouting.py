"""What did not arrive goes by the other channel, and when there is none, a person has to tell them."""

from uuid import UUID

from prometheus_client import Counter
from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notify.purposes import PURPOSES, Purpose
from notify.rules import BOTH
from notify.tables import Message, News, Recipient, Task

TASKS = Counter("ronde_notify_tasks", "people who could not be told by a message, by the reason", ["code"])
LATE = ("too-late", "too-little-time")
REACHES = ("scheduled", "sending", "sent", "unknown", "delivered")
"""The states of a message that counts as told, or still may."""


async def reroute(tx: Tx, message_id: UUID, code: str) -> None:
    """This message will not arrive: the other channel is tried once, then a person is asked. Again changes nothing."""
    row = (
        await tx.session.execute(
            select(Message, News, Recipient)
            .join(News, News.id == Message.news_id)
            .outerjoin(
                Recipient, (Recipient.party_id == News.party_id) & (Recipient.guardian_id == Message.guardian_id)
            )
            .where(Message.id == message_id)
        )
    ).one()
    message, news, recipient = row
    purpose = PURPOSES[Purpose(news.purpose)]
    if purpose.kind == "promotional" or news.withdrawn_at is not None or recipient is None:
        return
    if code in LATE:
        if purpose.late == "task":
            await open_task(tx.session, news.id, message.guardian_id, code)
        return
    rows = await tx.session.execute(
        select(Message.channel, Message.status).where(
            Message.news_id == news.id, Message.guardian_id == message.guardian_id, Message.id != message.id
        )
    )
    others = dict(rows.all())
    if any(status in REACHES for status in others.values()):
        return
    other = next(channel for channel in BOTH if channel != message.channel)
    if other not in others and (recipient.phone if other == "sms" else recipient.email):
        at = now()
        new = {"id": new_id(), "news_id": news.id, "guardian_id": message.guardian_id, "channel": other}
        asked = insert(Message).values(**new, together=message.together, created_at=at, due_at=at)
        await tx.session.execute(asked.on_conflict_do_nothing(constraint="messages_once"))
    else:
        await open_task(tx.session, news.id, message.guardian_id, code)


async def open_task(session: AsyncSession, news_id: UUID, guardian_id: UUID, code: str) -> None:
    """For a person to do, once for each news and guardian."""
    row = {"id": new_id(), "news_id": news_id, "guardian_id": guardian_id, "code": code, "opened_at": now()}
    asked = insert(Task).values(**row).on_conflict_do_nothing(constraint="tasks_once").returning(Task.id)
    if (await session.execute(asked)).first() is not None:
        TASKS.labels(code).inc()
