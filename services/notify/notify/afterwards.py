"""What goes on once messages have left, or never will: receipts, silence, and saying what was taken back."""

from datetime import timedelta

from ronde.ears import Ears
from ronde.service import Service
from ronde.work import Worker

from notify import receipts
from notify.settings import Settings
from notify.use_cases.apply_receipts import apply_receipts
from notify.use_cases.say_withdrawn import say_withdrawn
from notify.use_cases.stop_waiting import stop_waiting


def afterwards(service: Service, settings: Settings) -> list[Worker]:
    """Any number of processes may do them side by side: each is done once."""
    receipted = [one.id for one in settings.sms_providers if one.gives_receipts]
    silence = timedelta(hours=settings.receipt_hours)

    async def apply() -> bool:
        async with service.db.transaction() as tx:
            return await apply_receipts(tx)

    async def say() -> bool:
        async with service.db.transaction() as tx:
            return await say_withdrawn(tx)

    async def look_for_silence() -> bool:
        async with service.db.transaction() as tx:
            await receipts.forget(tx.session, timedelta(days=settings.proof_days))
            return await stop_waiting(tx, receipted, silence)

    applying = Worker("receipts", apply, every=5.0)
    return [
        applying,
        Worker("withdrawals", say, every=2.0),
        Worker("silence", look_for_silence, every=60.0),
        Ears(service.db.engine, receipts.CHANNEL, lambda _said: applying.wake()),
    ]
