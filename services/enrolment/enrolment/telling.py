"""Say what a row has become. Each event raises the version of what it is about."""

from typing import Any

from ronde.database import Tx
from ronde.ids import reference
from ronde_contracts.event import Event, Series

from enrolment.tables import Enrolment, Session


def tell_session(tx: Tx, session: Session, kind: type[Event], **more: Any) -> None:
    """Publish the whole state of a session that has been given a slot."""
    session.version += 1
    series = Series(series_id=session.series_id, title=session.series_title) if session.series_id else None
    facts = {
        "organiser": session.organiser,
        "session_id": session.session_id,
        "title": session.title,
        "room_name": session.room_name,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "places": session.places,
        "adult_places": session.adult_places,
        "enrolments_open_at": session.opens_at,
        "enrolments_close_at": session.closes_at,
        "series": series,
    }
    tx.publish(kind(**facts, **more), sequence=session.version)


def tell_enrolment(tx: Tx, enrolment: Enrolment, kind: type[Event], **more: Any) -> None:
    """Publish the whole state of an enrolment."""
    enrolment.version += 1
    facts = {
        "organiser": enrolment.organiser,
        "session_id": enrolment.session_id,
        "enrolment_id": enrolment.id,
        "reference": reference("I", enrolment.id),
        "party_id": enrolment.party_id,
        "party_kind": enrolment.party_kind,
        "children": enrolment.children,
        "adults": enrolment.adults,
    }
    tx.publish(kind(**facts, **more), sequence=enrolment.version)
