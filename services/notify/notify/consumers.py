"""What notify consumes, of enrolment and of booking: each event becomes one command."""

from datetime import datetime, timedelta

from ronde.clock import now
from ronde.database import Tx
from ronde.subscriber import Received, Subscriptions
from ronde_contracts.booking import ConsentAsked, ConsentGiven, ConsentRefused, ConsentWithdrawn, StatementReady
from ronde_contracts.enrolment import (
    CodeIssued,
    ContactRecorded,
    EnrolmentConfirmed,
    EnrolmentDeclined,
    EnrolmentExpired,
    EnrolmentOffered,
    EnrolmentWaitlisted,
    EnrolmentWithdrawn,
    FamilyErased,
    LinkIssued,
    SessionCalledOff,
    SessionMoved,
    SessionOpened,
    SessionOverfull,
    SessionSuspended,
)
from ronde_contracts.event import Event

from notify import creche_consumers
from notify.purposes import Purpose
from notify.use_cases.forget_family import ForgetFamily, forget_family
from notify.use_cases.record_contact import record_contact, record_link
from notify.use_cases.take_back_from_organisations import TakeBackFromOrganisations, take_back_from_organisations
from notify.use_cases.tell_code import tell_code
from notify.use_cases.tell_enrolment import EnrolmentEvent, TellEnrolment, tell_enrolment
from notify.use_cases.tell_organisations import TellOrganisations, tell_organisations
from notify.use_cases.tell_overtaken import TellOvertaken, tell_overtaken
from notify.use_cases.tell_session import TellSession, tell_session

subscriptions = Subscriptions("notify")
creche_consumers.listen(subscriptions)
STATEMENT_STAYS = timedelta(days=20)
"""Told later it would be taken for the next one."""


@subscriptions.on(ContactRecorded)
async def on_contact_recorded(tx: Tx, event: Received[ContactRecorded]) -> None:
    await record_contact(tx, event.data)


@subscriptions.on(LinkIssued)
async def on_link_issued(tx: Tx, event: Received[LinkIssued]) -> None:
    await record_link(tx, event.data)


@subscriptions.on(FamilyErased)
async def on_family_erased(tx: Tx, event: Received[FamilyErased]) -> None:
    await forget_family(tx, ForgetFamily(party_id=event.data.party_id, sequence=event.sequence))


@subscriptions.overtaken(FamilyErased)
async def on_family_erased_overtaken(tx: Tx, event: Received[FamilyErased]) -> None:
    """Whatever was said of them since: who asks to be forgotten is."""
    await on_family_erased(tx, event)


@subscriptions.on(SessionOpened)
async def on_session_opened(tx: Tx, event: Received[SessionOpened]) -> None:
    await tell_session(tx, TellSession(session=event.data, version=event.sequence, said_at=_said_at(event)))


@subscriptions.on(SessionMoved)
async def on_session_moved(tx: Tx, event: Received[SessionMoved]) -> None:
    cmd = TellSession(
        session=event.data,
        version=event.sequence,
        said_at=_said_at(event),
        purpose=Purpose.MOVED,
        facts={"was_starting_at": event.data.was_starting_at.isoformat()},
    )
    await tell_session(tx, cmd)


@subscriptions.on(SessionSuspended)
async def on_session_suspended(tx: Tx, event: Received[SessionSuspended]) -> None:
    cmd = TellSession(session=event.data, version=event.sequence, said_at=_said_at(event), purpose=Purpose.SUSPENDED)
    await tell_session(tx, cmd)


@subscriptions.on(SessionOverfull)
async def on_session_overfull(tx: Tx, event: Received[SessionOverfull]) -> None:
    said = event.data
    facts = {
        "title": dict(said.title),
        "room": said.room_name,
        "starts_at": said.starts_at.isoformat(),
        "ends_at": said.ends_at.isoformat(),
        "places": said.places,
        "taken": said.taken,
    }
    about = f"{said.organiser}/{said.session_id}"
    to = (said.organiser,)
    cmd = TellOrganisations(Purpose.OVERFULL, to, about=about, version=event.sequence, until=said.ends_at, facts=facts)
    await tell_organisations(tx, cmd)


@subscriptions.on(ConsentAsked)
async def on_consent_asked(tx: Tx, event: Received[ConsentAsked]) -> None:
    said = event.data
    facts = {
        "asker": said.organisation,
        "room": said.room_name,
        "reasons": [dict(one.reason) for one in said.excess],
        "starts_at": said.starts_at.isoformat(),
        "ends_at": said.ends_at.isoformat(),
        "until": said.until.isoformat(),
        "reference": said.reference,
    }
    to = tuple(one for one in said.founders if one != said.organisation)
    about = str(said.consent_id)
    cmd = TellOrganisations(
        Purpose.CONSENT_ASKED, to, about=about, version=event.sequence, until=said.until, facts=facts
    )
    await tell_organisations(tx, cmd)


@subscriptions.on(ConsentGiven)
async def on_consent_given(tx: Tx, event: Received[ConsentGiven]) -> None:
    await _consent_is_over(tx, event.data, "answered")


@subscriptions.on(ConsentRefused)
async def on_consent_refused(tx: Tx, event: Received[ConsentRefused]) -> None:
    await _consent_is_over(tx, event.data, "answered")


@subscriptions.on(ConsentWithdrawn)
async def on_consent_withdrawn(tx: Tx, event: Received[ConsentWithdrawn]) -> None:
    await _consent_is_over(tx, event.data, "not-asked-any-more")


async def _consent_is_over(tx: Tx, said: ConsentGiven | ConsentRefused | ConsentWithdrawn, why: str) -> None:
    cmd = TakeBackFromOrganisations(Purpose.CONSENT_ASKED, str(said.consent_id), why)
    await take_back_from_organisations(tx, cmd)


@subscriptions.on(StatementReady)
async def on_statement_ready(tx: Tx, event: Received[StatementReady]) -> None:
    said = event.data
    facts = {"month": said.month}
    until = _said_at(event) + STATEMENT_STAYS
    cmd = TellOrganisations(
        Purpose.STATEMENT_READY, (said.organisation,), about=said.month, version=1, until=until, facts=facts
    )
    await tell_organisations(tx, cmd)


@subscriptions.on(CodeIssued)
async def on_code_issued(tx: Tx, event: Received[CodeIssued]) -> None:
    await tell_code(tx, event.data)


@subscriptions.on(SessionCalledOff)
async def on_session_called_off(tx: Tx, event: Received[SessionCalledOff]) -> None:
    cmd = TellSession(
        session=event.data,
        version=event.sequence,
        said_at=_said_at(event),
        purpose=Purpose.CALLED_OFF,
        reason=event.data.reason,
    )
    await tell_session(tx, cmd)


@subscriptions.overtaken(SessionCalledOff)
async def on_session_called_off_overtaken(tx: Tx, event: Received[SessionCalledOff]) -> None:
    """It has been planned again since: those who were in it then are told all the same."""
    await tell_overtaken(tx, TellOvertaken(session=event.data, version=event.sequence, said_at=_said_at(event)))


@subscriptions.on(EnrolmentConfirmed)
async def on_enrolment_confirmed(tx: Tx, event: Received[EnrolmentConfirmed]) -> None:
    purpose = Purpose.ACCEPTED if event.data.accepted_offer else Purpose.CONFIRMED
    await tell_enrolment(tx, _enrolment(event, "confirmed", purpose))


@subscriptions.on(EnrolmentWaitlisted)
async def on_enrolment_waitlisted(tx: Tx, event: Received[EnrolmentWaitlisted]) -> None:
    await tell_enrolment(tx, _enrolment(event, "waiting", Purpose.WAITING, position=event.data.position))


@subscriptions.on(EnrolmentOffered)
async def on_enrolment_offered(tx: Tx, event: Received[EnrolmentOffered]) -> None:
    await tell_enrolment(tx, _enrolment(event, "offered", Purpose.OFFERED, event.data.deadline))


@subscriptions.on(EnrolmentDeclined)
async def on_enrolment_declined(tx: Tx, event: Received[EnrolmentDeclined]) -> None:
    """They said no a moment ago and read the answer: nothing to tell, but nothing that waits is true any more."""
    await tell_enrolment(tx, _enrolment(event, "declined", None))


@subscriptions.on(EnrolmentExpired)
async def on_enrolment_expired(tx: Tx, event: Received[EnrolmentExpired]) -> None:
    await tell_enrolment(tx, _enrolment(event, "expired", Purpose.EXPIRED))


@subscriptions.on(EnrolmentWithdrawn)
async def on_enrolment_withdrawn(tx: Tx, event: Received[EnrolmentWithdrawn]) -> None:
    await tell_enrolment(tx, _enrolment(event, "withdrawn", Purpose.WITHDRAWN, was=event.data.was))


def _said_at(event: Received[Event]) -> datetime:
    """Whoever does not say when said it now."""
    return event.time or now()


def _enrolment(
    event: Received[EnrolmentEvent],
    state: str,
    purpose: Purpose | None,
    deadline: datetime | None = None,
    **facts: str | int,
) -> TellEnrolment:
    return TellEnrolment(
        enrolment=event.data,
        state=state,
        version=event.sequence,
        said_at=_said_at(event),
        purpose=purpose,
        deadline=deadline,
        facts={**facts, "deadline": deadline.isoformat()} if deadline else facts,
    )
