"""What the tests of notify share: enrolment's voice, and a provider that answers as it is told."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from ronde.clock import now
from ronde.database import Database
from ronde.envelope import Received
from ronde.house import load
from ronde.ids import new_id, reference
from ronde.inbox import Verdict, judge
from ronde.web.keys import digest
from ronde_contracts.enrolment import (
    ContactRecorded,
    EnrolmentConfirmed,
    EnrolmentDeclined,
    EnrolmentExpired,
    EnrolmentOffered,
    EnrolmentWaitlisted,
    EnrolmentWithdrawn,
    FamilyErased,
    Guardian,
    LinkIssued,
    SessionCalledOff,
    SessionMoved,
    SessionOpened,
    SessionSuspended,
)
from ronde_contracts.event import Event
from sqlalchemy import text

from notify.consumers import subscriptions
from notify.main import build
from notify.providers import Letter, Outcome, Taken, Unknown
from notify.settings import Settings

TUESDAY = datetime(2035, 1, 16, 8, 30, tzinfo=UTC)
"""mardi 16 janvier 2035, 9 h 30: far enough that no message of a test comes too late."""
SOURCE = "/villeurbanne/enrolment"


@dataclass(frozen=True)
class Workshop:
    """A session of the relay's."""

    session_id: UUID = field(default_factory=new_id)
    starts_at: datetime = TUESDAY
    title: str = "Matinée d'éveil"
    series: UUID | None = None

    def said(self, starts_at: datetime | None = None, room: str = "Salle de motricité") -> dict[str, Any]:
        at = starts_at or self.starts_at
        return {
            "organiser": "relais",
            "session_id": self.session_id,
            "title": {"fr": self.title, "en": "Early learning morning"},
            "room_name": room,
            "places": 8,
            "starts_at": at,
            "ends_at": at + timedelta(hours=2),
            **({"series": {"series_id": self.series}} if self.series else {}),
        }


@dataclass(frozen=True)
class Family:
    """A family, with its one enrolment in a workshop. The numbers are of the range kept for fiction."""

    phone: str | None = "+33639980001"
    email: str | None = "famille@example.org"
    language: str = "fr"
    party_id: UUID = field(default_factory=new_id)
    enrolment_id: UUID = field(default_factory=new_id)
    guardians: tuple[Guardian, ...] = ()

    @property
    def link(self) -> str:
        return f"https://ronde.example/i/{self.enrolment_id.hex[-12:]}"

    def contact(self) -> ContactRecorded:
        return ContactRecorded(
            party_id=self.party_id,
            party_kind="family",
            language=self.language,
            email=self.email,
            phone=self.phone,
            guardians=self.guardians,
        )

    def link_issued(self) -> LinkIssued:
        return LinkIssued(
            enrolment_id=self.enrolment_id,
            party_id=self.party_id,
            url=self.link,
            expires_at=TUESDAY + timedelta(days=30),
        )

    def said(self, workshop: Workshop) -> dict[str, Any]:
        return {
            "organiser": "relais",
            "session_id": workshop.session_id,
            "enrolment_id": self.enrolment_id,
            "reference": reference("I", self.enrolment_id),
            "party_id": self.party_id,
            "party_kind": "family",
            "children": 1,
        }


def families(count: int, **given: Any) -> list[Family]:
    """That many, each with its own number and address."""
    return [Family(f"+336399{n:05}", f"famille{n}@example.org", **given) for n in range(count)]


def guardian(phone: str | None = None, email: str | None = None, **given: Any) -> Guardian:
    """One adult of a family."""
    return Guardian(guardian_id=new_id(), phone=phone, email=email, **given)


class Enrolment:
    """Says to notify what enrolment says, in this process: through the inbox and the handlers, in their transaction."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.said: list[Received[Event]] = []
        self._versions: dict[str, int] = {}

    async def say(self, event: Event) -> None:
        """Something new."""
        received = self.envelope(event)
        await self.deliver(received)
        self.said.append(received)

    def envelope(self, event: Event) -> Received[Event]:
        """The event with the next version of its subject."""
        version = self._versions[event.subject] = self._versions.get(event.subject, 0) + 1
        return Received(
            id=new_id(),
            source=SOURCE,
            producer="enrolment",
            type=event.type,
            subject=event.subject,
            sequence=version,
            time=now(),
            traceparent=None,
            data=event,
        )

    async def deliver(self, received: Received[Event]) -> Verdict:
        """As the kit's consumers do, whether it comes for the first time or again."""
        subscription = next(one for one in subscriptions.all if isinstance(received.data, one.event))
        async with self.db.transaction() as tx:
            verdict = await judge(tx.session, subscription.queue, received)
            if handler := subscription.handler_for(verdict):
                await handler(tx, received)
        return verdict

    async def again(self) -> None:
        """Everything that was said, delivered once more."""
        for received in list(self.said):
            await self.deliver(received)

    async def opens(self, workshop: Workshop) -> None:
        await self.say(SessionOpened(**workshop.said()))

    async def moves(self, workshop: Workshop, to: datetime, **said: Any) -> None:
        await self.say(SessionMoved(was_starting_at=workshop.starts_at, **workshop.said(to, **said)))

    async def suspends(self, workshop: Workshop) -> None:
        await self.say(SessionSuspended(**workshop.said()))

    async def calls_off(self, workshop: Workshop, reason: str = "L'animatrice est absente.") -> None:
        await self.say(SessionCalledOff(reason={"fr": reason}, **workshop.said()))

    async def knows(self, *known: Family) -> None:
        for family in known:
            await self.say(family.contact())
            await self.say(family.link_issued())

    async def confirms(self, family: Family, workshop: Workshop, *, accepted: bool = False) -> None:
        await self.say(EnrolmentConfirmed(accepted_offer=accepted, **family.said(workshop)))

    async def waitlists(self, family: Family, workshop: Workshop, position: int = 1) -> None:
        await self.say(EnrolmentWaitlisted(position=position, **family.said(workshop)))

    async def offers(self, family: Family, workshop: Workshop, until: datetime | None = None) -> None:
        deadline = until or workshop.starts_at - timedelta(days=1)
        await self.say(EnrolmentOffered(deadline=deadline, **family.said(workshop)))

    async def declines(self, family: Family, workshop: Workshop) -> None:
        await self.say(EnrolmentDeclined(**family.said(workshop)))

    async def expires(self, family: Family, workshop: Workshop) -> None:
        await self.say(EnrolmentExpired(**family.said(workshop)))

    async def forgets(self, family: Family) -> None:
        await self.say(FamilyErased(party_id=family.party_id, party_kind="family"))

    async def withdraws(self, family: Family, workshop: Workshop, was: str = "confirmed") -> None:
        await self.say(EnrolmentWithdrawn.model_validate({"was": was, **family.said(workshop)}))


class Postbox:
    """A provider in memory. `answer` decides what becomes of a letter, after what happens `meanwhile`.

    What it was given, and what it took, is kept in order.
    """

    def __init__(self, answer: Callable[[Letter], Outcome] = lambda letter: Taken(f"p-{letter.id}")) -> None:
        self.answer = answer
        self.meanwhile: Callable[[Letter], Awaitable[None]] = _nothing
        self.given: list[Letter] = []
        self.taken: list[Letter] = []

    async def send(self, letter: Letter) -> Outcome:
        self.given.append(letter)
        await self.meanwhile(letter)
        outcome = self.answer(letter)
        if isinstance(outcome, Taken):
            self.taken.append(letter)
        return outcome

    async def find(self, reference: UUID, provider: str | None = None) -> Outcome:  # noqa: ARG002
        return Taken(f"p-{reference}") if reference in {one.id for one in self.taken} else Unknown("not-seen")

    def room(self, most: int) -> int:
        return most

    async def close(self) -> None:
        """Nothing is kept open."""

    def texts(self, to: str | None) -> list[str]:
        """What that person got, in order."""
        return [letter.text for letter in self.taken if letter.to == to]


async def _nothing(_letter: Letter) -> None:
    """Nothing happens meanwhile."""


async def statuses(db: Database, family: Family) -> list[tuple[str, str, str]]:
    """(purpose, channel, status) of every message about the family's enrolment, oldest first."""
    asked = text("SELECT purpose, channel, status FROM messages JOIN news ON news.id = news_id"
                 " WHERE enrolment_id = :id ORDER BY messages.id")  # fmt: skip
    async with db.reading() as session:
        return [(row[0], row[1], row[2]) for row in await session.execute(asked, {"id": family.enrolment_id})]


@asynccontextmanager
async def doors(db: Database, house_file: Path, folder: Path) -> AsyncIterator[AsyncClient]:
    """Notify's HTTP doors over that database, without broker or workers. Each organisation's key is `key-of-<it>`."""
    app = doors_app(db, house_file, folder)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://notify.test") as client:
        yield client


def doors_app(db: Database, house_file: Path, folder: Path) -> FastAPI:
    """The same as an app."""
    keys = folder / "keys.json"
    keys.write_text(json.dumps({who: digest(f"key-of-{who}") for who in ("bottines", "relais", "acepp")}))
    settings = Settings(house_file=house_file, keys_file=keys, secret="s" * 40)
    app = build(settings)
    app.state.service = SimpleNamespace(settings=settings, house=load(house_file), db=db)
    return app
