"""What the house is told of a message: ids only, each time with a higher number, in the trace of what caused it."""

from typing import Any

from ronde.database import Tx
from ronde.telemetry import following, log
from ronde_contracts.event import Event
from ronde_contracts.notify import CrecheMessageChanged

from notify.messages import Settled


def say(tx: Tx, event: type[Event], about: Settled, **more: Any) -> None:
    """Publish the event about that message; of a crèche's families the one event that says as much."""
    said = {"message_id": about.id, "purpose": about.purpose, "channel": about.channel, "party_id": about.party_id}
    if about.session_id is None:
        event, status = CrecheMessageChanged, event.type.split(".")[1]
        said |= {"about_id": about.enrolment_id, "creche": about.organiser, "status": status}
    else:
        said |= {
            "party_kind": about.party_kind,
            "enrolment_id": about.enrolment_id,
            "organiser": about.organiser,
            "session_id": about.session_id,
        }
    with following(about.trace):
        tx.publish(event.model_validate({**said, **more}), sequence=about.told)
        log.info("message", message=str(about.id), became=event.type, channel=about.channel)
