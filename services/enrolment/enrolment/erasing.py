"""Forgetting a family: every row that names them goes, the counts stay, and everybody in the house is asked to."""

from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.forgetting import forget, forget_messages
from ronde_contracts.enrolment import CodeIssued, FamilyErased
from ronde_contracts.enrolment_creche import ApplicationWithdrawn
from ronde_contracts.event import PartyKind
from ronde_contracts.partners import ErasureAcknowledged
from sqlalchemy import delete, func, or_, select, tuple_, update

from enrolment.leaving import leave
from enrolment.line import lock_session
from enrolment.nursery.applying import end
from enrolment.nursery.awarding import lock_creches, withdraw_offer_of
from enrolment.nursery.care_leaving import leave_occasional_care
from enrolment.settings import Terms
from enrolment.states import ACTIVE, LIVING
from enrolment.tables import (
    Child,
    Code,
    CrecheApplication,
    Enrolment,
    Erasure,
    FormerId,
    Guardian,
    LineChange,
    Link,
    OwnFamily,
    Party,
    Session,
    Signature,
    ToldApart,
)


async def erase(tx: Tx, terms: Terms, party: Party, *, asked_by: str) -> None:
    """Forget a locked family, under every id it had. `asked_by`: SELF, an organisation, or `retention`.

    Their enrolments to come end, and what they held goes to the next. Enrolments of the past stay as numbers: a party
    without a name came with so many children.
    """
    await _leave_what_is_to_come(tx, terms, party)
    await _withdraw_applications(tx, terms, party)
    await leave_occasional_care(tx, terms, party.id)
    former = (await tx.session.scalars(select(FormerId).where(FormerId.party_id == party.id))).all()
    ids = [party.id, *(one.id for one in former)]
    addresses = {address for one in party.guardians for address in (one.email, one.phone) if address}
    await _delete_rows(tx, party, addresses)
    await forget(tx.session, map(str, ids))
    await forget_messages(tx.session, CodeIssued.routing_key, addresses)
    party.erased_at, party.registered_by = now(), "nobody"
    kind: PartyKind = "childminder" if party.kind == "childminder" else "family"
    everyone: tuple[Party | FormerId, ...] = (party, *former)
    for one in everyone:
        _ask_everybody(tx, one, kind, asked_by)


async def _leave_what_is_to_come(tx: Tx, terms: Terms, party: Party) -> None:
    """Sessions in the order of their ids, as everybody who locks several."""
    to_come = (
        select(Session.organiser, Session.session_id)
        .join(Enrolment, (Enrolment.organiser == Session.organiser) & (Enrolment.session_id == Session.session_id))
        .where(
            Enrolment.party_id == party.id,
            Enrolment.state.in_(ACTIVE),
            func.coalesce(Session.starts_at, Session.planned_starts_at) > now(),
        )
        .order_by(Session.organiser, Session.session_id)
    )
    for organiser, session_id in (await tx.session.execute(to_come)).all():
        session = await lock_session(tx, organiser, session_id)
        theirs = select(Enrolment).where(
            tuple_(Enrolment.organiser, Enrolment.session_id) == (organiser, session_id),
            Enrolment.party_id == party.id,
            Enrolment.state.in_(ACTIVE),
        )
        for enrolment in await tx.session.scalars(theirs, execution_options={"populate_existing": True}):
            assert session is not None  # noqa: S101 (a foreign key)
            await leave(tx, terms, session, enrolment)
    await tx.session.flush()


async def _withdraw_applications(tx: Tx, terms: Terms, party: Party) -> None:
    """Those that still wait: a place that is held for them goes to the next. Then all of them go."""
    theirs = CrecheApplication.party_id == party.id, CrecheApplication.state.in_(LIVING)
    if await tx.session.scalar(select(CrecheApplication.id).where(*theirs).limit(1)) is None:
        return
    await lock_creches(tx, terms)
    waiting = select(CrecheApplication).where(*theirs).with_for_update().execution_options(populate_existing=True)
    for application in (await tx.session.scalars(waiting)).all():
        await end(tx, application, "withdrawn", ApplicationWithdrawn)
        await withdraw_offer_of(tx, terms, application, None)
    await tx.session.flush()


async def _delete_rows(tx: Tx, party: Party, addresses: set[str]) -> None:
    """Codes first: who confirms one holds it, and then asks for the guardian."""
    guardians = [one.id for one in party.guardians]
    enrolments = select(Enrolment.id).where(Enrolment.party_id == party.id)
    await tx.session.execute(delete(Code).where(or_(Code.address.in_(addresses), Code.guardian_id.in_(guardians))))
    await tx.session.execute(delete(Link).where(Link.enrolment_id.in_(enrolments)))
    for table in (Guardian, Child, OwnFamily, Signature, CrecheApplication):
        await tx.session.execute(delete(table).where(table.party_id == party.id))
    apart = or_(ToldApart.first_id == party.id, ToldApart.second_id == party.id)
    await tx.session.execute(delete(ToldApart).where(apart))
    # In staff's own words, which may name them; and which of their circumstances counted.
    await tx.session.execute(update(LineChange).where(LineChange.enrolment_id.in_(enrolments)).values(reason=None))
    await tx.session.execute(update(Enrolment).where(Enrolment.party_id == party.id).values(points_for={}))
    tx.session.expire(party, ["guardians", "children"])


def _ask_everybody(tx: Tx, one: Party | FormerId, kind: PartyKind, asked_by: str) -> None:
    """Ourselves included: our word comes back by the bus as the others' do."""
    id: UUID = one.id
    tx.session.add(Erasure(party_id=id, asked_at=now(), asked_by=asked_by))
    one.version += 2
    tx.publish(FamilyErased(party_id=id, party_kind=kind), sequence=one.version - 1)
    tx.publish(ErasureAcknowledged(party_id=id), sequence=one.version)
