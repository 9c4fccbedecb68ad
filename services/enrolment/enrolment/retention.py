"""How long a family has been quiet."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_

from enrolment.tables import CareOffer, CareWish, Enrolment, Party, Session


def quiet_since(when: datetime) -> ColumnElement[bool]:
    """Nothing was heard of the family after `when`: of their file, enrolments, sessions, occasional care."""
    later = exists().where(
        Enrolment.party_id == Party.id,
        Enrolment.organiser == Session.organiser,
        Enrolment.session_id == Session.session_id,
        or_(Enrolment.joined_at > when, func.coalesce(Session.ends_at, Session.planned_ends_at) > when),
    )
    in_care = exists().where(
        CareWish.party_id == Party.id,
        or_(
            CareWish.since > when,
            exists().where(CareOffer.wish_id == CareWish.id, CareOffer.offered_at > when),
        ),
    )
    return Party.erased_at.is_(None) & (Party.active_at <= when) & ~later & ~in_care
