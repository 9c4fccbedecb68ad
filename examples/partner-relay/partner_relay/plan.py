"""What the house is told of one session: the `data` of its event."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from icalendar import Event

from .ics import ProgrammeError, called, is_series, words


def plan(event: Event, master: Event) -> dict[str, Any]:
    """An exception of a series says only what differs: the rest is its series'."""

    def said(name: str) -> str | None:
        value = event.get(name, master.get(name))
        return None if value is None else str(value).strip()

    plan: dict[str, Any] = {
        "starts_at": event.start.isoformat(),
        "ends_at": event.end.isoformat(),
        "title": words(event, "SUMMARY") | words(event, "X-RONDE-TITLE"),
        "people": _count(said("X-RONDE-PEOPLE"), "X-RONDE-PEOPLE", event),
        "places": _count(said("X-RONDE-PLACES"), "X-RONDE-PLACES", event),
    }
    if room := said("X-RONDE-ROOM"):
        plan["room"] = room
    if adults := said("X-RONDE-ADULTS"):
        plan["adult_places"] = _count(adults, "X-RONDE-ADULTS", event)
    if is_series(master):
        series_id = uuid5(NAMESPACE_URL, f"ics:{master['UID']}")
        plan["series"] = {
            "series_id": str(series_id),
            "title": words(master, "SUMMARY") | words(master, "X-RONDE-TITLE"),
        }
    if ages := said("X-RONDE-AGES"):
        youngest, dash, oldest = ages.partition("-")
        if not (dash and youngest.isdigit() and oldest.isdigit()):
            raise ProgrammeError(f"{called(event)}: write the ages in months, like X-RONDE-AGES:3-36")
        plan["ages"] = {"from_months": int(youngest), "to_months": int(oldest)}
    if audience := said("X-RONDE-AUDIENCE"):
        plan["audience"] = [who.strip() for who in audience.split(",")]
    return plan


def _count(text: str | None, name: str, event: Event) -> int:
    if text is None or not text.isdigit() or int(text) < 1:
        raise ProgrammeError(f"{called(event)}: say how many with a line such as {name}:12")
    return int(text)
