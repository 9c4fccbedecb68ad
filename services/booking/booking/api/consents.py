"""What is asked of the founders: read by everybody of the house, answered by those who are asked."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from ronde.service import service_of
from ronde.web import Organisation
from ronde.web.schema import KEY, refusals
from ronde_contracts.booking import AskedOccurrence, Excess
from ronde_contracts.event import Slot, Slug

from booking import asking
from booking.charter_tables import Answered, Consent
from booking.shapes import ID, SLOT
from booking.use_cases.answer_consent import (
    AlreadySettled,
    AnswerConsent,
    NotAskedOfYou,
    NothingAsked,
    answer_consent,
)

router = APIRouter(prefix="/consents", tags=["charter"])
ANSWERS = (NothingAsked, NotAskedOfYou, AlreadySettled)
EXCESS: JsonDict = {"code": "over-week", "reason": {"fr": "Cela ferait 25 h …"}, "minutes_over": 60}


class Objection(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Nous y recevons un groupe ce matin-là."}]}
    )

    reason: str = Field(min_length=3, max_length=200, description="the asker reads it")


class AnswerShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    organisation: Slug
    objection: str | None = Field(description="none: they consent")
    at: AwareDatetime


class ConsentShown(BaseModel):
    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "reservation_id": ID,
                    "organisation": "bottines",
                    "state": "asked",
                    "charter": 1,
                    "slot": {"room": "salle-motricite", "room_name": "Salle de motricité", **SLOT},
                    "excess": [EXCESS],
                    "founders": ["relais", "acepp"],
                    "until": "2027-01-05T18:00:00+01:00",
                    "answers": [],
                }
            ]
        },
    )

    id: UUID
    reservation_id: UUID = Field(description="keeps the slot while it is asked")
    organisation: Slug = Field(description="who asks")
    state: Answered
    charter: int = Field(description="the version that it goes over")
    slot: Slot
    replaces: Slot | None = Field(None, description="what the reservation keeps meanwhile, when it asks to move")
    series_id: UUID | None = Field(None, description="the series for which it is asked, once for all of its dates")
    occurrences: list[AskedOccurrence] = Field(
        default_factory=list, description="these dates; `slot` is the first of them"
    )
    excess: list[Excess]
    founders: list[Slug] = Field(description="who may object")
    until: AwareDatetime = Field(description="when silence has become consent")
    answers: list[AnswerShown]

    @classmethod
    def of(cls, consent: Consent) -> "ConsentShown":
        return cls.model_validate(consent)


@router.get("", summary="What is asked now, the most urgent first", responses=refusals(*KEY))
async def list_consents(_: Organisation, request: Request) -> list[ConsentShown]:
    async with service_of(request).db.reading() as session:
        return [ConsentShown.of(one) for one in await asking.asked_now(session)]


@router.get("/{id}", summary="One request over the charter, and its outcome", responses=refusals(*KEY, NothingAsked))
async def show_consent(id: UUID, _: Organisation, request: Request) -> ConsentShown:
    async with service_of(request).db.reading() as session:
        return ConsentShown.of(await asking.consent(session, id))


@router.post("/{id}/consent", summary="Consent, before silence does", responses=refusals(*KEY, *ANSWERS))
async def post_consent(id: UUID, organisation: Organisation, request: Request) -> ConsentShown:
    cmd = AnswerConsent(consent_id=id, organisation=organisation)
    async with service_of(request).db.transaction() as tx:
        return ConsentShown.of(await answer_consent(tx, service_of(request).house, cmd))


@router.post("/{id}/object", summary="Object, with a reason: the slot is freed", responses=refusals(*KEY, *ANSWERS))
async def post_objection(id: UUID, body: Objection, organisation: Organisation, request: Request) -> ConsentShown:
    cmd = AnswerConsent(consent_id=id, organisation=organisation, objection=body.reason)
    async with service_of(request).db.transaction() as tx:
        return ConsentShown.of(await answer_consent(tx, service_of(request).house, cmd))
