"""What goes in and out of the JSON doors."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, StringConstraints, model_validator
from ronde_contracts.event import Language, PartyKind, Slug, Words

from enrolment.queries import Seen
from enrolment.rules import Born
from enrolment.states import EnrolmentState, SessionState
from enrolment.tables import Party, Session
from enrolment.use_cases.register_party import NewChild, RegisterParty

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Body(BaseModel):
    """What somebody asks for: an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid")


class ChildBody(Body):
    first_name: Name
    born: str = Field(
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])(-[0-9]{2})?$", description="2024-03-15, or the month alone: 2024-03"
    )

    @model_validator(mode="after")
    def _is_a_day(self) -> "ChildBody":
        _ = self.birth
        return self

    @property
    def birth(self) -> Born:
        exact = len(self.born) == len("2024-03-15")
        return Born(date.fromisoformat(self.born if exact else f"{self.born}-01"), exact)


class PartyBody(Body):
    """A family, or a childminder with the children in their care; no surname of a child, nothing about health."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "family",
                    "name": "Camille Martin",
                    "language": "fr",
                    "phone": "+33612345678",
                    "children": [{"first_name": "Noé", "born": "2025-03"}],
                }
            ]
        }
    )

    kind: PartyKind
    name: Name = Field(description="the person to speak to")
    language: Language = "fr"
    email: EmailStr | None = None
    phone: str | None = Field(None, pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164: +33612345678")
    children: list[ChildBody] = Field(min_length=1, max_length=12)

    @model_validator(mode="after")
    def _can_be_reached(self) -> "PartyBody":
        if self.email is None and self.phone is None:
            raise ValueError("an e-mail address or a telephone number is needed")
        return self

    def command(self, organisation: str) -> RegisterParty:
        return RegisterParty(
            kind=self.kind,
            name=self.name,
            language=self.language,
            email=self.email,
            phone=self.phone,
            children=tuple(NewChild(first_name=child.first_name, born=child.birth) for child in self.children),
            registered_by=organisation,
        )


class ChildShown(BaseModel):
    child_id: UUID
    first_name: str


class PartyShown(BaseModel):
    party_id: UUID
    children: list[ChildShown]

    @classmethod
    def of(cls, party: Party) -> "PartyShown":
        children = [ChildShown(child_id=child.id, first_name=child.first_name) for child in party.children]
        return cls(party_id=party.id, children=children)


class EnrolmentBody(Body):
    party_id: UUID
    child_ids: list[UUID] = Field(min_length=1, max_length=12, description="which of their children come")


class EnrolmentShown(BaseModel):
    enrolment_id: UUID
    reference: str = Field(description="short, for people: I-7K2QX9")
    organiser: Slug
    session_id: UUID
    party_id: UUID
    children: int = Field(description="places taken or asked for")
    state: EnrolmentState
    position: int | None = Field(description="in the waiting list, 1 is first")
    joined_at: AwareDatetime
    deadline: AwareDatetime | None = Field(description="until when an offered place is held")

    @classmethod
    def of(cls, seen: Seen) -> "EnrolmentShown":
        one = seen.enrolment
        return cls(
            enrolment_id=one.id,
            reference=seen.reference,
            organiser=one.organiser,
            session_id=one.session_id,
            party_id=one.party_id,
            children=one.children,
            state=one.state,
            position=seen.position,
            joined_at=one.joined_at,
            deadline=one.deadline,
        )


class SessionShown(BaseModel):
    """Counts only: who comes is nobody's business."""

    organiser: Slug
    session_id: UUID
    title: Words
    state: SessionState
    room_name: str | None
    starts_at: AwareDatetime = Field(description="of the room that is held; as planned, until there is one")
    ends_at: AwareDatetime
    places: int = Field(description="for children")
    taken: int = Field(description="places confirmed, or held by an offer")
    waiting: int = Field(description="families and childminders in the waiting list")
    from_months: int
    to_months: int
    audience: list[PartyKind]

    @classmethod
    def of(cls, session: Session) -> "SessionShown":
        return cls(
            **{name: getattr(session, name) for name in cls.model_fields if name not in ("starts_at", "ends_at")},
            starts_at=session.starts_at or session.planned_starts_at,
            ends_at=session.ends_at or session.planned_ends_at,
        )
