"""What a family has with a crèche, for the tests of notify."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ronde.ids import new_id
from ronde_contracts.enrolment_creche import PageIssued, WeeklyGrid

from notify.testing import Family

PARIS = ZoneInfo("Europe/Paris")
CRECHE = {"fr": "Crèche Bottines et Bottillons", "en": "Bottines et Bottillons crèche"}


def paris(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=PARIS).astimezone(UTC)


NINE = paris("2035-01-16T09:00")


@dataclass(frozen=True)
class Asked:
    """What a family has with the crèche: an application, an offer of a place or of hours, and the page of it."""

    family: Family
    id: UUID = field(default_factory=new_id)

    @property
    def link(self) -> str:
        return f"https://ronde.example/o/{self.id.hex[-12:]}"

    def page(self) -> PageIssued:
        expires_at = NINE + timedelta(days=300)
        return PageIssued(about_id=self.id, party_id=self.family.party_id, url=self.link, expires_at=expires_at)

    def application(self) -> dict[str, Any]:
        return {
            "application_id": self.id,
            "reference": "D-4CFH7M",
            "party_id": self.family.party_id,
            "commission": "2035-03",
        }

    def place(self) -> dict[str, Any]:
        return {
            "offer_id": self.id,
            "application_id": new_id(),
            "reference": "D-4CFH7M",
            "party_id": self.family.party_id,
            "creche": "bottines",
            "creche_name": CRECHE,
            "starts_on": date(2035, 8, 27),
            "week": WeeklyGrid(monday="08:00-17:00", thursday="08:00-12:00 14:00-17:30"),
        }

    def care(self) -> dict[str, Any]:
        return {
            "offer_id": self.id,
            "reference": "O-7KQ3TN",
            "party_id": self.family.party_id,
            "creche": "bottines",
            "creche_name": CRECHE,
            "child_id": new_id(),
            "starts_at": NINE,
            "ends_at": NINE + timedelta(hours=3),
        }
