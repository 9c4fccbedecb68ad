"""The pages for people, one module for each thing they come for."""

from fastapi import APIRouter

from booking.pages import calendars, changing_series, charter, imports, reserving, series, statement, week

router = APIRouter(include_in_schema=False)
router.include_router(week.router)
router.include_router(reserving.router)
router.include_router(series.router)
router.include_router(changing_series.router)
router.include_router(calendars.router)
router.include_router(statement.router)
router.include_router(imports.router)
router.include_router(charter.router)
