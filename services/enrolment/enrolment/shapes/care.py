"""Wishes for occasional care, gaps and offers, in and out of the JSON doors."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from enrolment.queries.care import CareSeen
from enrolment.shapes.base import Body
from enrolment.shapes.creche import HoursText, Lasting, Week
from enrolment.tables import CareWish


class WishBody(Lasting):
    child_id: UUID = Field(description="the crèche's own id, under which the child is written down")
    party_id: UUID = Field(description="the family")
    week: Week = Field(description="when the child could come")
    least_minutes: int = Field(120, ge=15, le=24 * 60, multiple_of=15, description="fewer are no use to the family")
    early: bool = Field(False, description="the family may be asked in the night about hours of the same day")


class GapBody(Body):
    day: date
    hours: HoursText = Field(min_length=1)


class LeaveBody(Body):
    why: Literal["family", "creche"] = Field("family", description="whose word it is")


class CareShown(BaseModel):
    """An offer of occasional care."""

    offer_id: UUID
    reference: str
    child_id: UUID
    starts_at: datetime
    ends_at: datetime
    state: Literal["offered", "booked", "declined", "expired", "withdrawn"]
    why: Literal["not-free", "taken", "family", "creche"] | None = Field(description="of what is withdrawn")
    deadline: datetime | None
    absence_id: UUID | None

    @classmethod
    def of(cls, seen: CareSeen) -> "CareShown":
        one = seen.offer
        facts = {name: getattr(one, name) for name in ("child_id", "state", "why", "deadline", "absence_id")}
        times = {"starts_at": seen.starts_at, "ends_at": seen.ends_at}
        return cls.model_validate({"offer_id": one.id, "reference": seen.reference, **facts, **times})


class WishShown(BaseModel):
    id: UUID
    child_id: UUID
    party_id: UUID
    week: list[str]
    least_minutes: int
    starts_on: date
    ends_on: date | None
    early: bool

    @classmethod
    def of(cls, wish: CareWish) -> "WishShown":
        return cls.model_validate({name: getattr(wish, name) for name in cls.model_fields})


class OccasionalShown(BaseModel):
    """A crèche's occasional care, from today on."""

    wishes: list[WishShown]
    offers: list[CareShown]
