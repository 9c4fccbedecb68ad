"""What goes in and out of the JSON doors, with the examples that the documentation shows."""

from typing import Annotated
from unicodedata import category
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from ronde.house import Room
from ronde_contracts.event import Lasting, Slug, Words

from booking.rules import Span
from booking.tables import Reservation, State


def _printable(words: dict[str, str]) -> dict[str, str]:
    """Calendars and printers choke on control characters, and Postgres has no room for a NUL."""
    if any(category(char) == "Cc" for said in words.values() for char in said):
        raise ValueError("words are one line, without control characters")
    return words


Title = Annotated[Words, AfterValidator(_printable)]
"""What a reservation is called, for everybody to read."""

ID = "0198f6f0-7a3e-7cc1-9d5b-2f6a4c1e8b90"
SLOT = {"starts_at": "2027-01-12T09:00:00+01:00", "ends_at": "2027-01-12T11:00:00+01:00"}


class Body(Lasting):
    """What somebody asks for: an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid")

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


class NewReservation(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"room": "salle-atelier", **SLOT, "people": 12, "title": {"fr": "Atelier peinture"}}]
        }
    )

    room: Slug | None = Field(None, description="none: the best that is free")
    people: int = Field(ge=1, le=1000, description="everybody in the room at once, adults and children")
    title: Title | None = None
    for_family: bool = Field(False, description="for a family, who is not named; its hours are nobody's")


class NewSlot(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"room": "salle-motricite", **SLOT}]})

    room: Slug | None = Field(None, description="none: any that fits, the present one first")
    people: int | None = Field(None, ge=1, le=1000, description="none: as before")
    title: Title | None = Field(None, description="none: as before")


class RoomShown(BaseModel):
    id: Slug
    name: Words
    area: float = Field(description="m²")
    capacity: int = Field(description="people at once, adults and children")
    setup_minutes: int = Field(description="kept free before a reservation, inside the opening hours")
    tidy_minutes: int = Field(description="kept free after a reservation, inside the opening hours")
    equipment: list[str]
    half_of: Slug | None = Field(description="the room that this one is a part of")
    parts: list[Slug] = Field(description="reserving the room takes all of them")

    @classmethod
    def of(cls, room: Room) -> "RoomShown":
        return cls.model_validate(room.model_dump())


class ReservationShown(BaseModel):
    """Public: which room, when, for whom, and what they chose to call it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "reference": "R-7K3QX9",
                    "state": "confirmed",
                    "organisation": "bottines",
                    "session_id": None,
                    "room": "salle-atelier",
                    "room_name": "Salle d'atelier",
                    **SLOT,
                    "title": {"fr": "Atelier peinture"},
                }
            ]
        }
    )

    id: UUID
    reference: str = Field(description="short, for people")
    state: State
    organisation: Slug
    session_id: UUID | None = Field(description="the organisation's session that the room is for")
    request_id: UUID | None = Field(None, description="of room.requested.v1, when that is how it was asked for")
    room: Slug
    room_name: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    title: Words | None
    for_family: bool = Field(False, description="an organisation's staff reserved it for a family")
    moves: UUID | None = Field(
        None, description="asked only: the reservation that keeps its own slot until the founders have answered"
    )

    @classmethod
    def of(cls, reservation: Reservation) -> "ReservationShown":
        return cls.model_validate(reservation, from_attributes=True)
