"""Codes and links that let people in: made at random, told to one address, kept as hashes."""

import secrets
import string
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import digest
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from ronde.refusal import Refused
from ronde_contracts.enrolment import CodeIssued
from ronde_contracts.notify import Channel
from sqlalchemy import func, or_, select, text

from enrolment.settings import Entry
from enrolment.tables import Code, FamilyLink, Guardian

LETTERS = string.ascii_letters + string.digits
ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a code goes: an e-mail address, or a telephone number in E.164."""

    channel: Channel
    value: str

    @classmethod
    def of(cls, *, email: str | None = None, phone: str | None = None) -> "Address":
        """The e-mail address when there are both: it costs nothing, and a link in it can be clicked."""
        if email is not None:
            return cls(channel="email", value=email.lower())
        assert phone is not None  # noqa: S101 (one of them was given)
        return cls(channel="sms", value=phone)


class TooManyCodes(Refused):
    """This address was sent enough codes for now, or this computer asked for enough."""

    code, status = "too-many-codes", 429
    words: ClassVar[dict[str, str]] = {
        "fr": "Trop de codes ont été demandés en peu de temps. Prenez le dernier que vous avez reçu, "
        "essayez de nouveau dans une heure, ou téléphonez-nous.",
        "en": "Too many codes were asked for in a short time. Use the last one you received, try again in an hour, "
        "or call us.",
    }


def new_token() -> str:
    """12 letters and digits, 71 random bits: nobody guesses it, so its hash needs no salt."""
    return "".join(secrets.choice(LETTERS) for _ in range(12))


def token_hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def code_hash(entry: Entry, code_id: UUID, typed: str) -> bytes:
    """Keyed: a million codes are tried in a second by who has the table but not the key."""
    return digest(entry.secret.encode(), code_id.bytes + typed.encode(), "sha256")


async def issue_code(
    tx: Tx, entry: Entry, to: Address, *, language: str, asked_by: str, guardian: Guardian | None = None
) -> Code:
    """Have a code sent to the address. With a guardian it is to confirm that this is how they are reached.

    What happens, and how long it takes, is the same whether the address is known or not. Raises TooManyCodes.
    """
    asker = digest(entry.secret.encode(), asked_by.encode(), "sha256")
    await _within_the_limits(tx, entry, to, asker)
    stays: timedelta = entry.contact_stays if guardian else entry.code_stays
    id, typed, token = new_id(), f"{secrets.randbelow(1_000_000):06}", new_token()
    code = Code(
        id=id,
        purpose="contact" if guardian else "enter",
        channel=to.channel,
        address=to.value,
        language=language,
        guardian_id=guardian.id if guardian else None,
        code_hash=code_hash(entry, id, typed),
        link_hash=token_hash(token),
        asked_by=asker,
        asked_at=now(),
        expires_at=now() + stays,
        attempts=0,
    )
    tx.session.add(code)
    told = CodeIssued(
        code_id=id,
        purpose="contact" if guardian else "enter",
        channel=to.channel,
        address=to.value,
        language=language,
        code=typed,
        url=f"{entry.public_url}/c/{token}",
        expires_at=code.expires_at,
        party_id=guardian.party_id if guardian else None,
    )
    tx.publish(told, sequence=1)
    return code


async def _within_the_limits(tx: Tx, entry: Entry, to: Address, asker: bytes) -> None:
    """One at a time for an address, and for an asker, so that a burst is counted."""
    for key in sorted((f"code/{to.value}", f"code/{asker.hex()}")):
        await tx.session.execute(ALONE, {"key": key})
    same_address = Code.address == to.value
    sent, asked = (
        await tx.session.execute(
            select(
                func.count().filter(same_address),
                func.count().filter(Code.asked_by == asker),
            ).where(or_(same_address, Code.asked_by == asker), Code.asked_at > now() - entry.counted_for)
        )
    ).one()
    if sent >= entry.per_address or asked >= entry.per_asker:
        raise TooManyCodes


def open_page(tx: Tx, entry: Entry, guardian: Guardian) -> str:
    """A link to the guardian's family page, for one visit; gives its token."""
    token = new_token()
    link = FamilyLink(token_hash=token_hash(token), guardian_id=guardian.id, expires_at=now() + entry.visit_lasts)
    tx.session.add(link)
    return token
