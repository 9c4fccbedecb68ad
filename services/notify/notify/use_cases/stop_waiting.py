"""Of some messages nothing is ever heard: after a while they are told by the other channel, or by a person.

The message itself keeps its state: it may have arrived, and its receipt may still come.
"""

from collections.abc import Collection
from datetime import timedelta

from ronde.database import Tx

from notify import messages
from notify.rerouting import reroute

AT_ONCE = 50


async def stop_waiting(tx: Tx, receipted: Collection[str], after: timedelta) -> bool:
    """SMS `sent` by one of the providers that give receipts (`receipted`), or `unknown`, for longer than `after`."""
    found = await messages.unheard_of(tx.session, receipted, after, AT_ONCE)
    for id in found:
        await reroute(tx, id, "silent")
    return len(found) == AT_ONCE
