"""The pages for people, one module for each thing they come for."""

from fastapi import APIRouter

from enrolment.pages import (
    alike,
    applications,
    attendance,
    care,
    changing,
    committee,
    creche,
    creche_ask,
    creche_figures,
    creche_free,
    creche_people,
    creche_today,
    enrolling,
    entering,
    examining,
    family,
    forgetting,
    guardians,
    line,
    links,
    occasional,
    own_families,
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
    family,
    guardians,
    links,
    alike,
    forgetting,
    changing,
    own_families,
    creche,
    applications,
    examining,
    creche_ask,
    creche_figures,
    creche_free,
    creche_people,
    creche_today,
    care,
    occasional,
    committee,  # /places/{id} after /places/applications
    phone_in,  # /families/{id} after the pages whose address is a word
)
router = APIRouter(include_in_schema=False)
for _one in PAGES:
    router.include_router(_one.router)

RUSH = enrolling.router
"""What thousands ask for in one minute."""
