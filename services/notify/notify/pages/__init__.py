"""The pages for people, one module for each thing they come for."""

from fastapi import APIRouter

from notify.pages import people, preferences, previews, sent, story, tasks

router = APIRouter(include_in_schema=False)
router.include_router(sent.router)
router.include_router(story.router)
router.include_router(tasks.router)
router.include_router(people.router)
router.include_router(preferences.router)
router.include_router(previews.router)
