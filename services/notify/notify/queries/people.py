"""One person by the address that somebody types, or by their page's secret: what they want, not how to reach them."""

from dataclasses import dataclass
from datetime import time
from uuid import UUID

from ronde_contracts.notify import Channel
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from notify.settings import Terms
from notify.suppressions import hash_of, suppressed
from notify.tables import Enrolment, Recipient
from notify.tables.people import Why


@dataclass(frozen=True, slots=True)
class Person:
    """What one guardian asked for. `addresses`: the channels that there are, with why nothing goes there, if so."""

    party_id: UUID
    guardian_id: UUID
    token: str
    kind: str
    language: str
    channel: Channel | None
    quiet_from: time | None
    quiet_until: time | None
    promotional: bool
    addresses: dict[Channel, Why | None]


async def by_token(session: AsyncSession, terms: Terms, token: str) -> Person | None:
    found = await _people(session, terms, Recipient.token == token)
    return found[0] if found else None


async def by_address(session: AsyncSession, terms: Terms, typed: str) -> list[Person]:
    """Everybody with exactly that telephone number (E.164), e-mail address, or an enrolment of that reference."""
    of_reference = select(Enrolment.party_id).where(Enrolment.reference == typed.upper())
    which = (
        (Recipient.phone == typed)
        | (func.lower(Recipient.email) == typed.lower())
        | Recipient.party_id.in_(of_reference)
    )
    return await _people(session, terms, which)


async def _people(session: AsyncSession, terms: Terms, which: ColumnElement[bool]) -> list[Person]:
    found = list(await session.scalars(select(Recipient).where(which).order_by(Recipient.guardian_id).limit(20)))
    hashes = {
        (one.guardian_id, channel): hash_of(terms, channel, address)
        for one in found
        for channel, address in _addresses(one).items()
    }
    stopped = await suppressed(session, hashes.values())
    return [
        Person(
            party_id=one.party_id,
            guardian_id=one.guardian_id,
            token=one.token,
            kind=one.kind,
            language=one.language,
            channel=one.channel,  # type: ignore[arg-type]
            quiet_from=one.quiet_from,
            quiet_until=one.quiet_until,
            promotional=one.promotional,
            addresses={channel: stopped.get(hashes[one.guardian_id, channel]) for channel in _addresses(one)},
        )
        for one in found
    ]


def _addresses(one: Recipient) -> dict[Channel, str]:
    known: dict[Channel, str | None] = {"sms": one.phone, "email": one.email}
    return {channel: address for channel, address in known.items() if address}
