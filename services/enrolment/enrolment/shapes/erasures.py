"""What is left of a family that was forgotten: an id, and who has said that they forgot it."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from enrolment.queries.erasures import ErasureSeen


class ErasureShown(BaseModel):
    party_id: UUID = Field(description="identifies nobody any more")
    asked_at: AwareDatetime
    asked_by: str = Field(description="self, an organisation, or retention")
    acknowledged: dict[str, AwareDatetime]
    missing: list[str] = Field(description="who has not said yet that nothing is left with them")
    late: bool = Field(description="somebody is missing for longer than the house allows")

    @classmethod
    def of(cls, seen: ErasureSeen) -> "ErasureShown":
        one = seen.erasure
        return cls(
            party_id=one.party_id,
            asked_at=one.asked_at,
            asked_by=one.asked_by,
            acknowledged=seen.by_now,
            missing=list(seen.missing),
            late=seen.late,
        )
