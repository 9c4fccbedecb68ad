"""Who is expected and who came, in and out of the JSON doors: numbers, no names."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from enrolment.queries.attendance import Expected
from enrolment.shapes.base import Body


class CameBody(Body):
    enrolment_id: UUID
    children: int = Field(ge=0, le=12, description="0 and 0 adults: nobody came")
    adults: int = Field(0, ge=0, le=12)


class AttendanceBody(Body):
    present: list[CameBody] = Field(max_length=1000, description="those you have counted; the others stay as they were")


class ExpectedShown(BaseModel):
    enrolment_id: UUID
    reference: str
    children: int = Field(description="enrolled")
    adults: int
    came: CameBody | None = Field(description="none: nobody has counted yet")
    recorded_at: AwareDatetime | None
    no_shows: int = Field(description="how often they did not come without a word, as far as the house looks back")
    often: bool = Field(description="as often as the house wants its staff to know")

    @classmethod
    def of(cls, one: Expected) -> "ExpectedShown":
        came = one.came and CameBody(
            enrolment_id=one.enrolment.id, children=one.came.children, adults=one.came.adults
        )  # fmt: skip
        return cls(
            enrolment_id=one.enrolment.id,
            reference=one.reference,
            children=one.enrolment.children,
            adults=one.enrolment.adults,
            came=came,
            recorded_at=one.came.recorded_at if one.came else None,
            no_shows=one.no_shows,
            often=one.often,
        )
