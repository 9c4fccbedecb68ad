"""What the house is told of a message: ids only, each time with a higher number."""

from typing import Any

from ronde.database import Tx
from ronde_contracts.event import Event

from notify.messages import Settled


def say(tx: Tx, event: type[Event], about: Settled, **more: Any) -> None:
    """Publish the event about that message."""
    if about.session_id is None:
        return
    said = {
        "message_id": about.id,
        "purpose": about.purpose,
        "channel": about.channel,
        "party_id": about.party_id,
        "party_kind": about.party_kind,
        "enrolment_id": about.enrolment_id,
        "organiser": about.organiser,
        "session_id": about.session_id,
    }
    tx.publish(event.model_validate({**said, **more}), sequence=about.told)
