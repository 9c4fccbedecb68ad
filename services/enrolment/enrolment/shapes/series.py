"""Enrolling in several sessions at once, in and out of the JSON doors."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from ronde_contracts.event import Words

from enrolment.queries import Seen
from enrolment.shapes.enrolments import EnrolmentBody, EnrolmentShown
from enrolment.use_cases.enrol_in_series import Answered


class SeriesEnrolmentBody(EnrolmentBody):
    session_ids: list[UUID] | None = Field(
        None, min_length=1, max_length=100, description="which of the series; none: all that are open and to come"
    )


class Refusal(BaseModel):
    code: str
    reason: Words
    extra: dict[str, Any] = Field(description="what is possible instead, as the door of one session says it")


class AnswerShown(BaseModel):
    """What became of one session: an enrolment, or a refusal."""

    session_id: UUID
    enrolment: EnrolmentShown | None
    refusal: Refusal | None

    @classmethod
    def of(cls, answer: Answered) -> "AnswerShown":
        done, no = answer.enrolled, answer.refusal
        seen = Seen(enrolment=done.enrolment, session=done.session, position=done.position) if done else None
        return cls(
            session_id=answer.session_id,
            enrolment=EnrolmentShown.of(seen) if seen else None,
            refusal=Refusal(code=no.code, reason=no.reason, extra=no.extra) if no else None,
        )
