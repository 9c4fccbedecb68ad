"""A commission's run, its line, and the places offered, in and out of the JSON doors."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from enrolment.queries.committee import InRun
from enrolment.queries.places import PlaceSeen
from enrolment.shapes.base import Body
from enrolment.states import ApplicationState, PlaceState
from enrolment.tables import CrecheApplication, CrechePlaceOffer, CrecheRun


class SeedBody(Body):
    seed: str = Field(min_length=1, max_length=200, description="the number that was drawn, as the file announced it")


class DepartureBody(Body):
    to: int | None = Field(None, ge=0, description="one of its wishes, counted from 0; none: no place now")
    reason: str = Field(min_length=1, max_length=400, description="the family reads it; name nobody")


class RunShown(BaseModel):
    """A computation: anybody with the same criteria, applications, crèche and draw finds the same result."""

    id: UUID
    at: AwareDatetime
    by: str
    seed: str
    criteria: str = Field(description="SHA-256, as `ronde-commission` says it")
    inputs: str = Field(description="SHA-256 of applications and places")
    capacity: str = Field(description="SHA-256 of who was there in each quarter-hour, and of the rules")
    result: str
    decided_at: AwareDatetime | None
    decided_by: str | None

    @classmethod
    def of(cls, run: CrecheRun) -> "RunShown":
        return cls.model_validate(run, from_attributes=True)


class PlaceShown(BaseModel):
    """An offer: while it is `offered`, its week is held."""

    id: UUID
    creche: str
    wish: int
    week: list[str]
    starts_on: date
    state: PlaceState
    deadline: AwareDatetime
    contract_id: UUID | None
    because: dict[str, Any] = Field(description="why, after whose answer, and who ahead was passed over by which rule")

    @classmethod
    def of(cls, offer: CrechePlaceOffer) -> "PlaceShown":
        return cls.model_validate(offer, from_attributes=True)


class InRunShown(BaseModel):
    """One application in the line; `number` 1 is first, the same for brothers and sisters asked for together."""

    application_id: UUID
    reference: str
    state: ApplicationState
    number: int
    points: int
    proposed: int | None = Field(description="one of its wishes, counted from 0; none: no place")
    decided: int | None
    shifted: list[str] | None = Field(description="the hours given instead of those of a flexible wish; none: those")
    departures: list[dict[str, Any]] = Field(description="by whom, when and why; the last one counts")
    offers: list[PlaceShown] = Field(description="the newest first")

    @classmethod
    def of(cls, one: InRun) -> "InRunShown":
        decision, row = one.decision, one.application
        return cls(
            application_id=row.id, reference=row.reference, state=row.state, number=decision.number,
            points=decision.points, proposed=decision.proposed, decided=decision.decided, shifted=decision.shifted,
            departures=decision.departures, offers=[PlaceShown.of(offer) for offer in one.offers],
        )  # fmt: skip


class LineShown(BaseModel):
    """The run that was decided, else the last one; and its line, in order."""

    run: RunShown | None
    line: list[InRunShown]


class OfferedShown(BaseModel):
    """An offer, as its family takes it away."""

    creche: str
    week: list[str]
    starts_on: date
    state: PlaceState
    deadline: AwareDatetime
    answered_at: AwareDatetime | None


class DecidedShown(BaseModel):
    """What a commission decided of an application: all that its family reads."""

    application_id: UUID
    number: int
    points: int
    account: dict[str, list[str]]
    departures: list[dict[str, Any]]
    offers: list[OfferedShown]

    @classmethod
    def of(cls, row: CrecheApplication, place: PlaceSeen) -> "DecidedShown":
        """Of one that is decided."""
        decision = place.decision
        assert decision is not None  # noqa: S101 (asked before)
        return cls(
            application_id=row.id, number=decision.number, points=decision.points, account=decision.account,
            departures=decision.departures,
            offers=[OfferedShown.model_validate(one, from_attributes=True) for one in place.offers],
        )  # fmt: skip
