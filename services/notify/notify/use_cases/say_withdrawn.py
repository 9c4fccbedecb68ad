"""Say of messages that they were taken back: whoever takes them back has no more to do than that."""

from ronde.database import Tx
from ronde_contracts.notify import MessageWithdrawn

from notify import messages
from notify.telling import say

AT_ONCE = 100


async def say_withdrawn(tx: Tx) -> bool:
    """True when there may be more."""
    found = await messages.unsaid(tx.session, AT_ONCE)
    for about in found:
        say(tx, MessageWithdrawn, about)
    return len(found) == AT_ONCE
