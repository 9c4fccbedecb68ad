"""What the members of the house have people sign: to be read out to who phones."""

from fastapi import APIRouter, Request
from ronde.house import Agreement
from ronde.service import service_of

router = APIRouter(tags=["enrolment"])


@router.get("/agreements", summary="What is signed before a first enrolment, by whom and with whom")
async def list_agreements(request: Request) -> list[Agreement]:
    """Enrol with `agrees_to` the version that they have read or heard."""
    return list(service_of(request).house.agreements)
