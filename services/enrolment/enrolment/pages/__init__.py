"""The pages for people, one module for each thing they come for."""

from fastapi import APIRouter

from enrolment.pages import (
    alike,
    attendance,
    creche,
    enrolling,
    entering,
    family,
    forgetting,
    guardians,
    line,
    links,
    phone_in,
    programme,
    session,
)

PAGES = (
    programme,
    session,
    line,
    attendance,
    entering,
    enrolling,
    family,
    guardians,
    links,
    alike,
    forgetting,
    creche,
    phone_in,  # /families/{id} after the pages whose address is a word
)
router = APIRouter(include_in_schema=False)
for _one in PAGES:
    router.include_router(_one.router)
