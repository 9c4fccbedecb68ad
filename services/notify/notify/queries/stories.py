"""What became of one piece of news, from the event to the receipt: its moments, in their order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from notify.queries.messages import TITLE
from notify.tables import Enrolment, Message, News, Session, Task

# What was matched with its message. Receipts themselves are kept for a few days only.
RECEIPTS = text("""
    SELECT messages.id, receipts.received_at, receipts.status FROM messages
    JOIN receipts ON receipts.applied_at IS NOT NULL AND receipts.provider = messages.provider
        AND (receipts.provider_id = messages.provider_id OR receipts.reference = messages.id)
    WHERE messages.news_id = :news
""")
A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One line. `person`: 1 for the first guardian, 0 when it is nobody's in particular."""

    at: datetime
    what: str
    person: int = 0
    channel: str | None = None
    code: str | None = None
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """`waits_for`: what it still misses; `people`: to how many guardians it goes."""

    news: News
    title: dict[str, str] | None
    enrolment: Enrolment
    session: Session | None
    steps: list[Step]
    people: int
    waits_for: str | None


async def story(session: AsyncSession, news_id: UUID) -> Story | None:
    row = (
        await session.execute(
            select(News, TITLE, Enrolment, Session)
            .join(Enrolment, Enrolment.enrolment_id == News.enrolment_id)
            .outerjoin(
                Session, (Session.organiser == Enrolment.organiser) & (Session.session_id == Enrolment.session_id)
            )
            .where(News.id == news_id)
        )
    ).first()
    if row is None:
        return None
    news, title, enrolment, told_session = row
    messages = list(await session.scalars(select(Message).where(Message.news_id == news_id).order_by(Message.id)))
    tasks = list(await session.scalars(select(Task).where(Task.news_id == news_id)))
    people = {id: n for n, id in enumerate(sorted({one.guardian_id for one in messages}), 1)}
    receipts = {row.id: row for row in await session.execute(RECEIPTS, {"news": news_id})}
    steps = [Step(news.said_at, "said"), Step(news.heard_at, "heard")]
    if news.addressed_at and news.addressed_at - news.heard_at > A_MOMENT:
        steps.append(Step(news.addressed_at, "complete"))
    for one in messages:
        steps += _of_message(one, people[one.guardian_id])
        if (receipt := receipts.get(one.id)) is not None:
            steps.append(Step(receipt.received_at, receipt.status, people[one.guardian_id], one.channel))
    if news.withdrawn_at:
        steps.append(Step(news.withdrawn_at, "taken-back"))
    for task in tasks:
        steps.append(Step(task.opened_at, "task", people.get(task.guardian_id, 0), code=task.code))
        if task.done_at:
            steps.append(Step(task.done_at, "task-done", people.get(task.guardian_id, 0)))
    steps.sort(key=lambda step: step.at)
    waits_for = None if news.withdrawn_at else news.waits_for
    return Story(news, title, enrolment, told_session, steps, len(people), waits_for)


def _of_message(one: Message, person: int) -> list[Step]:
    def step(at: datetime, what: str, code: str | None = None) -> Step:
        return Step(at, what, person, one.channel, code, one.attempts)

    steps = [step(one.created_at, "addressed")]
    if one.claimed_at:
        steps.append(step(one.claimed_at, "tried", None if one.sent_at else one.problem))
        if one.carried_by:
            steps.append(step(one.claimed_at, "together"))
    if one.sent_at:
        steps.append(step(one.sent_at, "taken"))
    match one.status:
        case "scheduled" if one.due_at > one.created_at:
            steps.append(step(one.due_at, "due", one.problem))
        case "failed" | "unknown" | "withheld":
            steps.append(step(one.claimed_at or one.due_at, one.status, one.problem))
        case "withdrawn" if one.problem is not None:
            steps.append(step(one.claimed_at or one.due_at, "dropped", one.problem))
    return steps
