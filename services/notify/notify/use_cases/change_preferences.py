"""How somebody wants to be written to: one place, whether they say STOP, click, open their page, or phone the team."""

from dataclasses import dataclass
from datetime import time
from typing import ClassVar

from ronde.database import Tx
from ronde.refusal import Refused
from ronde_contracts.notify import Channel
from sqlalchemy import select

from notify.settings import Terms
from notify.suppressions import hash_of, release, suppress
from notify.tables import Recipient


class NobodyThere(Refused):
    """The page's address belongs to nobody, or not any more."""

    code, status = "nobody-there", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette page n'existe pas ou n'existe plus. Prenez l'adresse dans le dernier message reçu.",
        "en": "This page does not exist, or not any more. Take the address in the last message that you received.",
    }


@dataclass(frozen=True, kw_only=True)
class ChangePreferences:
    """The whole of what a person wants. `stopped`: the channels by which they want nothing at all."""

    token: str
    channel: Channel | None
    stopped: frozenset[Channel]
    quiet: tuple[time, time] | None
    promotional: bool


async def change_preferences(tx: Tx, terms: Terms, cmd: ChangePreferences) -> None:
    """Raises NobodyThere."""
    recipient = await _by_token(tx, cmd.token)
    recipient.channel = cmd.channel
    recipient.quiet_from, recipient.quiet_until = cmd.quiet or (None, None)
    recipient.promotional = cmd.promotional
    addresses: dict[Channel, str | None] = {"sms": recipient.phone, "email": recipient.email}
    for channel, address in addresses.items():
        if address is None:
            continue
        hash = hash_of(terms, channel, address)
        if channel in cmd.stopped:
            await suppress(tx.session, channel, hash, "stop")
        else:
            await release(tx.session, hash, "stop")


async def stop_email(tx: Tx, terms: Terms, token: str) -> None:
    """One click in the mail program (RFC 8058): no e-mail any more; what they need goes by SMS. Raises NobodyThere."""
    recipient = await _by_token(tx, token)
    recipient.promotional = False
    if recipient.email is not None:
        await suppress(tx.session, "email", hash_of(terms, "email", recipient.email), "stop")


async def stop_by_sms(tx: Tx, terms: Terms, number: str, *, stopped: bool = True) -> None:
    """Somebody answered STOP (or, `stopped` false, START) from that number, E.164; whoever has it gets no SMS any more.

    Also a number that we do not know, or not any more: it is honoured when it comes.
    """
    hash = hash_of(terms, "sms", number)
    if not stopped:
        await release(tx.session, hash, "stop")
        return
    await suppress(tx.session, "sms", hash, "stop")
    for one in await tx.session.scalars(select(Recipient).where(Recipient.phone == number)):
        one.promotional = False


async def _by_token(tx: Tx, token: str) -> Recipient:
    found: Recipient | None = await tx.session.scalar(
        select(Recipient).where(Recipient.token == token).with_for_update()
    )
    if found is None:
        raise NobodyThere
    return found
