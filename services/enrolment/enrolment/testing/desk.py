"""A desk: enrolment on a database, used as its doors and its consumers use it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from ronde.clock import now
from ronde.database import Database
from ronde.envelope import Received
from ronde.ids import new_id
from ronde.inbox import Verdict, judge
from ronde_contracts.event import Event, PartyKind
from sqlalchemy import select, text, update

import enrolment
from enrolment.consumers import consuming
from enrolment.people import NewChild, NewGuardian
from enrolment.placing import Enrolled
from enrolment.rules import Born
from enrolment.settings import Settings, Terms
from enrolment.tables import Enrolment, Session
from enrolment.use_cases.call_off_session import CallOffSession, call_off_session
from enrolment.use_cases.enrol import Enrol, enrol
from enrolment.use_cases.expire_offers import expire_offers
from enrolment.use_cases.follow_reservation import FollowReservation, follow_reservation
from enrolment.use_cases.plan_session import PlanSession, plan_session
from enrolment.use_cases.register_party import RegisterParty, register_party
from enrolment.use_cases.suspend_session import suspend_session
from enrolment.use_cases.withdraw import Withdraw, withdraw

MIGRATIONS = Path(enrolment.__file__).parent / "migrations"
PARIS = ZoneInfo("Europe/Paris")
TERMS = Terms(timezone=PARIS)
ORGANISER = "relais"
HOUR = timedelta(hours=1)
Family = tuple[UUID, tuple[UUID, ...]]
"""A registered party: its id, and its children's."""


def in_days(days: int, hour: int = 10) -> datetime:
    """A local hour, some days from now."""
    return (datetime.now(PARIS) + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


class Desk:
    """Plans sessions, registers families, enrols them; `told()` is what the bus would hear.

    `terms`: by default one enrols until the start and signs nothing, or a test would depend on its day.
    """

    def __init__(self, url: str, terms: Terms = TERMS) -> None:
        self.url = url
        self.db = Database(url, house="villeurbanne", service="enrolment")
        self.terms = terms
        settings = Settings()
        settings.__dict__["terms"] = terms  # those of the house file are never asked for
        self._handlers = {one.event: one for one in consuming(settings).all}

    async def hear(self, event: Event, *, sequence: int, producer: str = ORGANISER, id: UUID | None = None) -> str:
        """An event of the bus, judged by the inbox and handled, as the kit does it."""
        one = self._handlers[type(event)]
        source = f"/villeurbanne/{producer}"
        received = Received(
            id or new_id(), source, producer, event.type, event.subject, sequence, datetime.now(UTC), None, event
        )
        async with self.db.transaction() as tx:
            verdict = await judge(tx.session, one.queue, received)
            if verdict is Verdict.NEW:
                await one.handler(tx, received)
        return verdict.value

    async def plan(self, session_id: UUID | None = None, *, organiser: str = ORGANISER, **facts: Any) -> UUID:
        """A session in the programme, without a room yet."""
        starts_at = facts.pop("starts_at", None) or in_days(10)
        given: dict[str, Any] = {
            "title": {"fr": "Matinée d'éveil", "en": "Early-learning morning"},
            "starts_at": starts_at,
            "ends_at": starts_at + HOUR,
            "places": 8,
            "from_months": 0,
            "to_months": 72,
            "audience": ("family", "childminder"),
        }
        id = session_id or new_id()
        cmd = PlanSession(organiser=organiser, session_id=id, **{**given, **facts})
        async with self.db.transaction() as tx:
            await plan_session(tx, self.terms, cmd)
        return id

    async def give_room(
        self, session_id: UUID, *, starts_at: datetime | None = None, organiser: str = ORGANISER, **facts: Any
    ) -> None:
        starts_at = starts_at or in_days(10)
        cmd = FollowReservation(
            reservation_id=session_id,  # any id; one reservation a session
            organiser=organiser,
            session_id=session_id,
            state="held",
            room_name=facts.pop("room_name", "Salle de motricité"),
            starts_at=starts_at,
            ends_at=starts_at + HOUR,
        )
        async with self.db.transaction() as tx:
            await follow_reservation(tx, self.terms, cmd)

    async def refuse_room(self, session_id: UUID) -> None:
        free = in_days(11)
        cmd = FollowReservation(
            reservation_id=session_id,
            organiser=ORGANISER,
            session_id=session_id,
            state="refused",
            reason={"fr": "La salle est prise.", "en": "The room is taken."},
            alternatives=(
                {
                    "room": "salle-atelier",
                    "room_name": "Salle d'atelier",
                    "starts_at": free.isoformat(),
                    "ends_at": (free + HOUR).isoformat(),
                },
            ),
        )
        async with self.db.transaction() as tx:
            await follow_reservation(tx, self.terms, cmd)

    async def call_off(self, session_id: UUID) -> None:
        reason = {"fr": "L'animatrice est absente.", "en": "The facilitator is away."}
        async with self.db.transaction() as tx:
            await call_off_session(tx, CallOffSession(organiser=ORGANISER, session_id=session_id, reason=reason))

    async def open_session(self, places: int = 8, *, starts_at: datetime | None = None, **facts: Any) -> UUID:
        """A session that one may enrol in."""
        id = await self.plan(places=places, starts_at=starts_at, **facts)
        await self.give_room(id, starts_at=starts_at)
        return id

    async def family(
        self,
        children: int = 1,
        *,
        kind: PartyKind = "family",
        born: Born | None = None,
        name: str = "Camille Martin",
        email: str | None = "camille@example.org",
    ) -> Family:
        """A registered party: its id, and its children's ids."""
        born = born or Born(date.today() - timedelta(days=500))  # noqa: DTZ011
        async with self.db.transaction() as tx:
            party = await register_party(
                tx,
                RegisterParty(
                    kind=kind,
                    guardians=(NewGuardian(name=name, email=email, phone="+33612345678", agreed_with=ORGANISER),),
                    children=tuple(NewChild(first_name=f"Enfant {n}", born=born) for n in range(children)),
                    registered_by="relais",
                ),
            )
        return party.id, tuple(child.id for child in party.children)

    async def enrol(
        self, session_id: UUID, party: Family | None = None, *, children: int = 1, adults: int = 1
    ) -> Enrolled:
        party_id, child_ids = party or await self.family(children)
        cmd = Enrol(organiser=ORGANISER, session_id=session_id, party_id=party_id, child_ids=child_ids, adults=adults)
        async with self.db.transaction() as tx:
            return await enrol(tx, self.terms, cmd)

    async def withdraw(self, enrolled: Enrolled) -> None:
        async with self.db.transaction() as tx:
            await withdraw(tx, self.terms, Withdraw(enrolment_id=enrolled.enrolment.id))

    async def expire(self) -> bool:
        async with self.db.transaction() as tx:
            return await expire_offers(tx, self.terms)

    async def suspend(self) -> bool:
        """As if a room that was lost had been away long enough."""
        async with self.db.transaction() as tx:
            return await suspend_session(tx, replace(self.terms, suspends_after=timedelta()))

    async def let_the_deadline_pass(self, enrolled: Enrolled) -> None:
        async with self.db.transaction() as tx:
            await tx.session.execute(
                update(Enrolment).where(Enrolment.id == enrolled.enrolment.id).values(deadline=now())
            )

    async def state(self, enrolled: Enrolled) -> str:
        return (await self.enrolment(enrolled.enrolment.id)).state

    async def enrolment(self, id: UUID) -> Enrolment:
        async with self.db.reading() as session:
            return await session.get_one(Enrolment, id)

    async def session(self, session_id: UUID, organiser: str = ORGANISER) -> Session:
        async with self.db.reading() as session:
            return await session.get_one(Session, (organiser, session_id))

    async def states(self, session_id: UUID) -> list[str]:
        """In the order of arrival."""
        async with self.db.reading() as session:
            wanted = select(Enrolment.state).where(Enrolment.session_id == session_id).order_by(Enrolment.number)
            return list(await session.scalars(wanted))

    async def told(self, *types: str) -> list[dict[str, Any]]:
        """The envelopes in the outbox, in order; of these types when some are named."""
        async with self.db.reading() as session:
            bodies = await session.scalars(text("SELECT body FROM outbox ORDER BY position"))
            envelopes = [orjson.loads(body) for body in bodies]
        return [one for one in envelopes if not types or one["type"] in types]
