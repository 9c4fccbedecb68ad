"""A line and what happened in it, in and out of the JSON doors."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from enrolment.explaining import POINTS, said
from enrolment.queries import Seen
from enrolment.queries.line import Attention
from enrolment.shapes.base import Body
from enrolment.states import LineNews
from enrolment.tables import LineChange

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]


class OfferBody(Body):
    reason: Reason = Field(description="why out of the order; the family and the team of the session read it")
    said_yes: bool = Field(False, description="they are on the telephone and take the place: confirmed at once")


class ExtendBody(Body):
    until: AwareDatetime = Field(description="after the present deadline, by day, not after the start")


class ChangeShown(BaseModel):
    at: AwareDatetime
    enrolment_id: str | None
    change: LineNews
    words: dict[str, str]
    by: str | None = Field(description="the organisation whose staff did it")
    reason: str | None = Field(description="in their words")

    @classmethod
    def of(cls, change: LineChange, zone: ZoneInfo) -> "ChangeShown":
        return cls(
            at=change.at,
            enrolment_id=str(change.enrolment_id) if change.enrolment_id else None,
            change=change.change,
            words=said(change, zone),
            by=change.by,
            reason=change.reason,
        )


class PointsShown(BaseModel):
    rule: str
    words: dict[str, str]
    points: int


class PlaceShown(BaseModel):
    """A family's own place in line, and why."""

    position: int | None = Field(description="1 is first; none: they do not wait")
    put_first: bool = Field(description="by staff, with a reason")
    points: int
    points_for: list[PointsShown] = Field(description="empty: the line goes by arrival, or no rule gives them any")
    by_points: bool = Field(description="the line goes by points, then by arrival; else by arrival alone")
    changes: list[ChangeShown]

    @classmethod
    def of(cls, seen: Seen, changes: list[ChangeShown]) -> "PlaceShown":
        one = seen.enrolment
        given = [PointsShown(rule=rule, words=POINTS[rule], points=n) for rule, n in one.points_for.items()]
        return cls(
            position=seen.position,
            put_first=one.first_at is not None,
            points=one.points,
            points_for=given,
            by_points=seen.session.points is not None,
            changes=changes,
        )


class LineShown(BaseModel):
    """All that happened in a session's line, the newest first, and what its team has to look after."""

    over: int = Field(description="children's places taken beyond those planned; nobody is dropped")
    adults_over: int = Field(description="the same for adults")
    to_ring: list[str] = Field(description="enrolments to ring up: a place is free, and no message is answered in time")
    changes: list[ChangeShown]

    @classmethod
    def of(cls, attention: Attention, changes: list[ChangeShown]) -> "LineShown":
        over, to_ring = attention.over, [str(one.id) for one in attention.to_ring]
        return cls(over=over.children, adults_over=over.adults or 0, to_ring=to_ring, changes=changes)
