"""What the house is told of a message: ids only, each time with a higher number."""

from typing import Any

from ronde.database import Tx
from ronde_contracts.event import Event

from notify.messages import Settled
from notify.tables import Enrolment


async def say(tx: Tx, event: type[Event], about: Settled, **more: Any) -> None:
    """Publish the event about that message."""
    enrolment = await tx.session.get_one(Enrolment, about.enrolment_id)
    said = {
        "message_id": about.id,
        "purpose": about.purpose,
        "channel": about.channel,
        "party_id": enrolment.party_id,
        "party_kind": enrolment.party_kind,
        "enrolment_id": enrolment.enrolment_id,
        "organiser": enrolment.organiser,
        "session_id": enrolment.session_id,
    }
    tx.publish(event.model_validate({**said, **more}), sequence=about.told)
