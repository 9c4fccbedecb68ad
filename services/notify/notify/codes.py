"""Codes to come in with: sent at once to one address, by one channel, and forgotten as soon as they have left.

They are no news of an enrolment: no quiet hours, no other channel, nobody to tell when it fails; who waits for one asks
for another.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from ronde.clock import now
from ronde.database import Database, Tx
from ronde.house import House
from ronde.telemetry import log
from ronde.web import dates
from ronde.web.language import pick
from ronde.work import Worker
from ronde_contracts.enrolment import CodeIssued
from ronde_contracts.notify import Channel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from notify.gsm import plain
from notify.providers import Letter, NotNow, Provider

TEMPLATES = Path(__file__).parent / "templates"
AGAIN = timedelta(seconds=10)
LEASE = timedelta(seconds=150)
"""After that long whoever took a code is given up for dead; a code that came twice does no harm."""
AT_ONCE = 20

KEEP = text("""
    INSERT INTO codes (id, purpose, channel, address, language, code, url, party_id, expires_at, due_at)
    VALUES (:id, :purpose, :channel, :address, :language, :code, :url, :party_id, :expires_at, :now)
    ON CONFLICT DO NOTHING
""")
TAKE = text("""
    UPDATE codes SET due_at = :until WHERE id IN (
        SELECT id FROM codes WHERE channel = :channel AND due_at <= :now
        ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    ) RETURNING id, purpose, channel, address, language, code, url, expires_at
""")
PUT_OFF = text("UPDATE codes SET due_at = :at WHERE id = :id")
FORGET = text("DELETE FROM codes WHERE id = :id")
OVER = text("DELETE FROM codes WHERE expires_at <= :now")
FORGET_FAMILY = text("DELETE FROM codes WHERE party_id = :party_id OR address = ANY(:addresses)")


async def keep_code(tx: Tx, said: CodeIssued) -> None:
    """Until it has left, or is over."""
    facts = said.model_dump(exclude={"code_id"})
    await tx.session.execute(KEEP, {"id": said.code_id, "now": now(), **facts})


async def forget_codes(session: AsyncSession, party_id: UUID, addresses: Collection[str]) -> None:
    """Those of a family that is forgotten, by its id or by an address of theirs."""
    await session.execute(FORGET_FAMILY, {"party_id": party_id, "addresses": list(addresses)})


class CodeWords:
    """The words of a code, in the languages of the house; raises at the start when one is missing."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._text = SandboxedEnvironment(
            loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._html = self._text.overlay(autoescape=True)
        for purpose in ("enter", "contact"):
            for channel in ("sms", "email"):
                for language in house.languages:
                    self._text.get_template(f"codes/{purpose}.{channel}.{language}.txt")

    def letter(self, one: Any) -> Letter:
        """`one` is a row of `codes`."""
        language = one.language if one.language in self._house.languages else self._house.languages[0]
        house, zone = pick(self._house.name, language), self._house.timezone
        facts = {"code": f"{one.code[:3]} {one.code[3:]}", "url": one.url, "house": house}
        until = dates.moment(one.expires_at, language, zone)
        name = f"codes/{one.purpose}.{one.channel}.{language}.txt"
        written = self._text.get_template(name).render(facts, until=until).strip()
        if one.channel == "sms":
            return Letter(one.id, one.address, language, plain(written))
        subject, _, body = written.partition("\n")
        paragraphs = body.strip().split("\n\n")
        html = self._html.get_template("email.html").render(
            language=language, house=house, subject=subject, paragraphs=paragraphs
        )
        return Letter(one.id, one.address, language, body.strip() + "\n", subject, html)


@dataclass(frozen=True)
class CodeSender:
    """Sends the codes of one channel; several processes may."""

    db: Database
    channel: Channel
    provider: Provider
    words: CodeWords

    async def send(self) -> bool:
        """True when there may be more. Not sent before its time is over, it is forgotten unsent."""
        at = now()
        async with self.db.transaction() as tx:
            await tx.session.execute(OVER, {"now": at})
            given = {"channel": self.channel, "now": at, "until": at + LEASE, "limit": AT_ONCE}
            taken = (await tx.session.execute(TAKE, given)).all()
        for one in taken:
            outcome = await self.provider.send(self.words.letter(one))
            async with self.db.transaction() as tx:
                if isinstance(outcome, NotNow):
                    await tx.session.execute(PUT_OFF, {"id": one.id, "at": now() + AGAIN})
                else:
                    await tx.session.execute(FORGET, {"id": one.id})
            log.info("code", channel=self.channel, outcome=type(outcome).__name__.lower())
        return len(taken) == AT_ONCE


def code_senders(db: Database, providers: dict[Channel, Provider], house: House) -> list[Worker]:
    """Workers of their own: who waits at a page for a code does not wait behind a rush of news."""
    words = CodeWords(house)
    senders = [CodeSender(db, channel, provider, words) for channel, provider in providers.items()]
    return [Worker(f"send codes by {one.channel}", one.send, every=1.0) for one in senders]
