"""What every event of the house is, and the small shapes they share."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

EVENTS = "ronde.events"
"""The exchange every member reads: ids and facts, never a contact detail."""
PRIVATE = "ronde.private"
"""The exchange for contact details and families' links: enrolment writes, notify alone reads."""


def _french_is_there(words: dict[str, str]) -> dict[str, str]:
    if "fr" not in words:
        raise ValueError("fr must be there: it is the language that everyone in the house reads")
    return words


Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="a short name of the house file")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$", description="ISO 639-1, like fr")]
Words = Annotated[
    dict[Language, Annotated[str, Field(min_length=1, max_length=200)]],
    AfterValidator(_french_is_there),
    Field(
        description="the same words in several languages; fr is always there",
        min_length=1,
        json_schema_extra={"required": ["fr"], "additionalProperties": False},
    ),
]
PartyKind = Literal["family", "childminder"]


class Shape(BaseModel):
    """A frozen value. A field this version does not know is ignored: v1 only gains optional fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Shape):
    """A fact that was published. Subclasses write their wire names out; nothing is derived from a class name.

    - `type`: the CloudEvents type, `<noun>.<past>.v<n>`.
    - `routing_key`: `<producer>.<type>`; a `*` for the producer means any partner may say it.
    - `exchange`: EVENTS, or PRIVATE for what only notify may read.
    - `subject_from`: the fields whose values, joined by `/`, are the CloudEvents subject: the id of what
      changed. An event tells the **whole state** of its subject, so the highest `sequence` wins whatever the
      order of arrival.
    """

    type: ClassVar[str]
    routing_key: ClassVar[str]
    exchange: ClassVar[str] = EVENTS
    subject_from: ClassVar[tuple[str, ...]]

    @property
    def subject(self) -> str:
        return "/".join(str(getattr(self, name)) for name in self.subject_from)


class Slot(Shape):
    """A room during a time, as people read it (without the buffers)."""

    room: Slug
    room_name: str = Field(description="the room as people call it")
    starts_at: AwareDatetime = Field(description="with any offset: convert it")
    ends_at: AwareDatetime = Field(description="after starts_at")


class Lasting(Shape):
    """Anything with a start and an end."""

    starts_at: AwareDatetime = Field(description="with any offset: convert it")
    ends_at: AwareDatetime = Field(description="after starts_at")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "Lasting":
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at must be after starts_at")
        return self


class AboutSession(Shape):
    """A session is known by who planned it and the id that they gave it."""

    organiser: Slug = Field(description="the member who planned the session, by the name of its broker user")
    session_id: UUID = Field(description="the id that the organiser gave it")


class Series(Shape):
    """Sessions that belong together: a family may enrol in one, in several or in all of them."""

    series_id: UUID = Field(description="the id that the organiser gave it, the same in each of its sessions")
    title: Words | None = Field(None, description="of the series; none: its sessions' own")
