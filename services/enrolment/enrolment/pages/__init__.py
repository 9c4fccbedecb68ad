"""The pages for people, one module for each thing they come for."""

from fastapi import APIRouter

from enrolment.pages import alike, enrolling, entering, family, forgetting, guardians, links, programme, session

router = APIRouter(include_in_schema=False)
for _one in (programme, session, entering, enrolling, family, guardians, alike, forgetting, links):
    router.include_router(_one.router)
