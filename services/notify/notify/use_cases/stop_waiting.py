"""Of some messages nothing is ever heard: after a while they are told by the other channel, or by a person.

The message itself keeps its state: it may have arrived, and its receipt may still come.
"""

from collections.abc import Collection
from datetime import timedelta

from ronde.database import Tx

from notify import messages
from notify.rerouting import reroute

AT_ONCE = 50
DOUBTFUL = timedelta(hours=1)
"""An answer of which we do not know whether anybody heard it is worth less than one on its way."""


async def stop_waiting(tx: Tx, receipted: Collection[str], after: timedelta) -> bool:
    """SMS `sent` for longer than `after` by one of the providers that give receipts (`receipted`); what is `unknown`
    for longer than DOUBTFUL.
    """
    found = await messages.unheard_of(tx.session, receipted, after, min(after, DOUBTFUL), AT_ONCE)
    for id in found:
        await reroute(tx, id, "silent")
    return len(found) == AT_ONCE
