"""What notify consumes of a crèche: applications, offers of places, hours of occasional care. Each is a TellMatter."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, get_args
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.subscriber import Received, Subscriptions
from ronde_contracts.enrolment_creche import (
    ApplicationDecided,
    ApplicationLapsed,
    ApplicationReceived,
    ApplicationRenewalDue,
    ApplicationWithdrawn,
    CrechePlaceAccepted,
    CrechePlaceDeclined,
    CrechePlaceExpired,
    CrechePlaceOffered,
    CrechePlaceWithdrawn,
    OccasionalCareBooked,
    OccasionalCareDeclined,
    OccasionalCareExpired,
    OccasionalCareOffered,
    OccasionalCareWithdrawn,
    PageIssued,
)
from ronde_contracts.event import Event

from notify.purposes import Purpose
from notify.use_cases.record_contact import record_link
from notify.use_cases.tell_matter import TellMatter, tell_matter

ApplicationEvent = (
    ApplicationReceived | ApplicationRenewalDue | ApplicationDecided | ApplicationWithdrawn | ApplicationLapsed
)
PlaceEvent = CrechePlaceOffered | CrechePlaceAccepted | CrechePlaceDeclined | CrechePlaceExpired | CrechePlaceWithdrawn
CareEvent = (
    OccasionalCareOffered
    | OccasionalCareBooked
    | OccasionalCareDeclined
    | OccasionalCareExpired
    | OccasionalCareWithdrawn
)
TOLD: Mapping[type[Event], tuple[str, Purpose | None]] = {
    ApplicationReceived: ("received", Purpose.APPLICATION_RECEIVED),
    ApplicationRenewalDue: ("renewal-due", Purpose.RENEWAL_DUE),
    ApplicationDecided: ("decided", Purpose.APPLICATION_DECIDED),
    ApplicationWithdrawn: ("withdrawn", None),
    ApplicationLapsed: ("lapsed", Purpose.APPLICATION_LAPSED),
    CrechePlaceOffered: ("offered", Purpose.PLACE_OFFERED),
    CrechePlaceAccepted: ("accepted", Purpose.PLACE_ACCEPTED),
    CrechePlaceDeclined: ("declined", None),
    CrechePlaceExpired: ("expired", Purpose.PLACE_EXPIRED),
    CrechePlaceWithdrawn: ("withdrawn", Purpose.PLACE_WITHDRAWN),
    OccasionalCareOffered: ("offered", Purpose.CARE_OFFERED),
    OccasionalCareBooked: ("booked", Purpose.CARE_BOOKED),
    OccasionalCareDeclined: ("declined", None),
    OccasionalCareExpired: ("expired", None),
    OccasionalCareWithdrawn: ("withdrawn", Purpose.CARE_WITHDRAWN),
}
"""What each makes of its matter, and what is told of it.

None: they said it themselves and have read the answer; or the minutes for some hours are over, as their message had
said, and the hours are somebody else's: a second SMS would only be a reproach.
"""
SAID = ("renew_by", "why", "was", "starts_on", "ends_on", "week", "first_answer")
"""What else their messages may say of them."""


def listen(subscriptions: Subscriptions) -> None:
    """Hear all of them."""
    subscriptions.on(PageIssued)(_on_page_issued)
    for events, handler in ((ApplicationEvent, _on_application), (PlaceEvent, _on_place), (CareEvent, _on_care)):
        for event in get_args(events):
            subscriptions.on(event)(handler)


async def _on_page_issued(tx: Tx, event: Received[PageIssued]) -> None:
    await record_link(tx, event.data)


async def _on_application(tx: Tx, event: Received[ApplicationEvent]) -> None:
    said, deadline = event.data, None
    if isinstance(said, ApplicationRenewalDue):
        # The end of that day, an hour or two late: nobody is written to at that hour.
        deadline = datetime.combine(said.renew_by + timedelta(days=1), time(), UTC)
    cmd = _matter(event, said.application_id, deadline)
    if isinstance(said, ApplicationDecided) and said.outcome == "offered":
        cmd = replace(cmd, purpose=None)  # the offer itself is told, with its deadline
    await tell_matter(tx, cmd)


async def _on_place(tx: Tx, event: Received[PlaceEvent]) -> None:
    said = event.data
    deadline = said.deadline if isinstance(said, CrechePlaceOffered) else None
    cmd = _matter(event, said.offer_id, deadline, title=dict(said.creche_name))
    await tell_matter(tx, replace(cmd, creche=said.creche))


async def _on_care(tx: Tx, event: Received[CareEvent]) -> None:
    """Hours are kept as a session is: they have a start and an end, and go into a calendar."""
    said = event.data
    deadline = said.deadline if isinstance(said, OccasionalCareOffered) else None
    hours = {
        "title": dict(said.creche_name),
        "room_name": said.creche_name["fr"],
        "starts_at": said.starts_at.isoformat(),
        "ends_at": said.ends_at.isoformat(),
        "reason": None,
    }
    cmd = replace(_matter(event, said.offer_id, deadline, session=hours), creche=said.creche)
    match said:
        case OccasionalCareWithdrawn(was="booked"):
            cmd = replace(cmd, purpose=Purpose.CARE_CANCELLED)
        case OccasionalCareWithdrawn(why="family"):
            cmd = replace(cmd, purpose=None)  # an offer that they did not want
    await tell_matter(tx, cmd)


def _matter(event: Received[Any], id: UUID, deadline: datetime | None, **more: Any) -> TellMatter:
    said = event.data
    state, purpose = TOLD[type(said)]
    facts = {name: value for name, value in said.model_dump(mode="json").items() if name in SAID}
    if deadline is not None:
        facts["deadline"] = deadline.isoformat()
    return TellMatter(
        matter_id=id,
        reference=said.reference,
        party_id=said.party_id,
        state=state,
        version=event.sequence,
        cause=said.type,
        said_at=event.time or now(),
        purpose=purpose,
        deadline=deadline,
        facts={**facts, **more},
    )
