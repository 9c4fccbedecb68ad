"""What providers said of messages becomes their state: it arrived, or it did not and somebody else has to tell them."""

from ronde.database import Tx
from ronde_contracts.notify import MessageDelivered, MessageUndeliverable

from notify import messages, receipts
from notify.rerouting import reroute
from notify.suppressions import suppress
from notify.telling import say

AT_ONCE = 50


async def apply_receipts(tx: Tx) -> bool:
    """True when there may be more. A receipt that comes too late to change anything changes nothing."""
    found = await receipts.take(tx.session, AT_ONCE)
    for one in found:
        for about in await messages.receipted(tx.session, one):
            if one.status == "delivered":
                say(tx, MessageDelivered, about)
                continue
            say(tx, MessageUndeliverable, about, code=one.code, lasting=one.lasting)
            if one.lasting and about.address_hash is not None:
                await suppress(tx.session, about.channel, about.address_hash, "hard-bounce")
            await reroute(tx, about.id, one.code)
    return len(found) == AT_ONCE
