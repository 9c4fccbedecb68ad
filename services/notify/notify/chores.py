"""What is done by the clock: reminders, forgetting, and counting what people have to do."""

from datetime import timedelta

from prometheus_client import Gauge
from ronde.service import Service
from ronde.work import Worker

from notify import notices
from notify.queries.tasks import open_tasks
from notify.queries.waiting import waiting
from notify.rules import BOTH
from notify.settings import Settings
from notify.use_cases.forget_old import forget_old
from notify.use_cases.notice_what_waits import notice_what_waits
from notify.use_cases.remind import remind, to_remind_of
from notify.use_cases.remind_of_matter import matters_to_remind_of, remind_of_matter

OPEN = Gauge("ronde_notify_tasks_open", "people who have to be told by a person, by the reason", ["code"])
WAITING = Gauge("ronde_messages_waiting", "messages that have not left yet, or may have", ["channel", "status"])
LATE = Gauge("ronde_messages_late_seconds", "how long the message that has been due longest has been due", ["channel"])


def chores(service: Service, settings: Settings) -> list[Worker]:
    """Any number of processes may do them side by side: each is done once."""

    async def reminders() -> bool:
        async with service.db.reading() as session:
            found = await to_remind_of(session, settings.terms)
            matters = await matters_to_remind_of(session, settings.terms)
        for organiser, session_id in found:
            async with service.db.transaction() as tx:
                await remind(tx, settings.terms, organiser, session_id)
        for purpose, matter_id in matters:
            async with service.db.transaction() as tx:
                await remind_of_matter(tx, settings.terms, purpose, matter_id)
        return False

    async def forgetting() -> bool:
        proof, contacts = timedelta(days=settings.proof_days), timedelta(days=settings.contact_days)
        async with service.db.transaction() as tx:
            await notices.forget(tx.session, proof)
            await forget_old(tx, proof=proof, contacts=contacts)
        return False

    async def noticing() -> bool:
        async with service.db.transaction() as tx:
            return await notice_what_waits(tx)

    async def counting() -> bool:
        async with service.db.reading() as session:
            found = await open_tasks(session)
            counted = await waiting(session)
        OPEN.clear()
        for code, people in found.items():
            OPEN.labels(code).set(people)
        WAITING.clear()
        for one in counted:
            WAITING.labels(one.channel, one.status).set(one.messages)
        for channel in BOTH:
            late = (one.late for one in counted if one.channel == channel and one.status == "scheduled")
            LATE.labels(channel).set(max([0, *late]))
        return False

    return [
        Worker("reminders", reminders, every=60.0),
        Worker("forgetting", forgetting, every=3600.0),
        Worker("noticing what waits", noticing, every=300.0),
        Worker("counting what waits", counting, every=15.0),
    ]
