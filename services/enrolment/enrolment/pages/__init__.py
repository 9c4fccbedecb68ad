"""The pages for people, one module for each thing they come for."""

from fastapi import APIRouter

from enrolment.pages import links, programme, session

router = APIRouter(include_in_schema=False)
for _one in (programme, session, links):
    router.include_router(_one.router)
