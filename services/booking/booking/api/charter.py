"""The charter, for everybody to read; a new one, for the founders to adopt."""

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from ronde.house import Charter
from ronde.service import service_of
from ronde.web import Organisation
from ronde.web.schema import KEY, refusals
from ronde_contracts.event import Slug

from booking import asking
from booking.asking import Version
from booking.use_cases.adopt_charter import (
    ConsentToCharter,
    ForFoundersOnly,
    NoSuchProposal,
    consent_to_charter,
)

router = APIRouter(prefix="/charter", tags=["charter"])


class VersionShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    charter: Charter
    consenting: list[Slug] = Field(description="the founders who said so; the first charter came with the house")
    proposed_at: AwareDatetime
    adopted_at: AwareDatetime | None

    @classmethod
    def of(cls, version: Version | None) -> "VersionShown | None":
        return cls.model_validate(version) if version else None


class CharterShown(BaseModel):
    founders: list[Slug] = Field(description="whose consent a new charter needs: all of them")
    in_force: VersionShown | None
    proposed: VersionShown | None = Field(description="what the house file has now, when it is another")


@router.get("", summary="The charter in force, and the one that is proposed")
async def show_charter(request: Request) -> CharterShown:
    service = service_of(request)
    async with service.db.reading() as session:
        in_force, proposed = await asking.versions(session)
    return CharterShown(
        founders=list(service.house.founders),
        in_force=VersionShown.of(in_force),
        proposed=VersionShown.of(proposed),
    )


@router.post(
    "/{version}/consent",
    summary="Consent to a new charter; it is in force with the last founder's",
    responses=refusals(*KEY, ForFoundersOnly, NoSuchProposal),
)
async def post_consent(version: int, organisation: Organisation, request: Request) -> CharterShown:
    service = service_of(request)
    async with service.db.transaction() as tx:
        cmd = ConsentToCharter(version=version, organisation=organisation)
        await consent_to_charter(tx, service.house, cmd)
    return await show_charter(request)
