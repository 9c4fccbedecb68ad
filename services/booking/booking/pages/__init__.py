"""The pages for people, one module for each thing they come for."""

from fastapi import APIRouter

from booking.pages import week

router = APIRouter(include_in_schema=False)
router.include_router(week.router)
