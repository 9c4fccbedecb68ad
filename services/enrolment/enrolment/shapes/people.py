"""Families and childminders, in and out of the JSON doors."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, model_validator
from ronde_contracts.event import Language, PartyKind
from ronde_contracts.notify import Channel

from enrolment.likeness import Sign
from enrolment.people import NewChild, NewGuardian
from enrolment.queries.people import Likeness
from enrolment.rules import Born
from enrolment.shapes.base import Body, Name
from enrolment.tables import Child, Guardian, Party
from enrolment.use_cases.change_guardian import ChangeGuardian, Reached
from enrolment.use_cases.register_party import RegisterParty

Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164: +33612345678")]


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

    @property
    def new(self) -> NewChild:
        return NewChild(first_name=self.first_name, born=self.birth)


class GuardianBody(Body):
    """One adult, reached apart from the others."""

    name: Name = Field(description="the person to speak to")
    language: Language = "fr"
    email: EmailStr | None = None
    phone: Phone | None = None
    channel: Channel | None = Field(None, description="the one they ask for, when they have both")
    agreed: bool = Field(True, description="they agreed to be written to; who did not is not, and stays on file")

    def new(self, organisation: str) -> NewGuardian:
        return NewGuardian(
            name=self.name,
            language=self.language,
            email=self.email,
            phone=self.phone,
            channel=self.channel,
            agreed_with=organisation if self.agreed else None,
        )

    def change(self, guardian_id: UUID, organisation: str) -> ChangeGuardian:
        return ChangeGuardian(
            guardian_id=guardian_id,
            name=self.name,
            language=self.language,
            channel=self.channel,
            reached=Reached(email=self.email, phone=self.phone, agreed_with=organisation if self.agreed else None),
        )


class PartyBody(GuardianBody):
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
                    "other_guardians": [{"name": "Sacha Martin", "email": "sacha@example.org", "language": "en"}],
                }
            ]
        }
    )

    kind: PartyKind
    children: list[ChildBody] = Field(max_length=12, description="none: a child is due")
    other_guardians: list[GuardianBody] = Field(default_factory=list, max_length=5)

    @model_validator(mode="after")
    def _can_be_reached(self) -> "PartyBody":
        if self.email is None and self.phone is None:
            raise ValueError("an e-mail address or a telephone number is needed")
        return self

    def command(self, organisation: str) -> RegisterParty:
        return RegisterParty(
            kind=self.kind,
            guardians=tuple(one.new(organisation) for one in (self, *self.other_guardians)),
            children=tuple(child.new for child in self.children),
            registered_by=organisation,
        )


class SearchBody(Body):
    asked: str = Field(min_length=2, max_length=80, examples=["06 12 34 56 78", "camille@example.org", "martin"])


class OtherBody(Body):
    other: UUID = Field(description="the other party_id")


class ChildShown(BaseModel):
    child_id: UUID
    first_name: str
    born: str = Field(description="2024-03-15, or the month alone: 2024-03")

    @classmethod
    def of(cls, child: Child) -> "ChildShown":
        day = child.born_on.isoformat()
        return cls(child_id=child.id, first_name=child.first_name, born=day if child.born_exactly else day[:7])


class GuardianShown(BaseModel):
    guardian_id: UUID
    name: str
    language: Language
    email: str | None
    phone: str | None
    channel: Channel | None
    agreed_at: AwareDatetime | None = Field(description="none: nothing is sent to them")

    @classmethod
    def of(cls, guardian: Guardian) -> "GuardianShown":
        found: dict[str, Any] = {name: getattr(guardian, name) for name in cls.model_fields if name != "guardian_id"}
        return cls(guardian_id=guardian.id, **found)


class PartyShown(BaseModel):
    """For staff, who speak with them on the telephone."""

    party_id: UUID
    kind: PartyKind
    registered_by: str
    guardians: list[GuardianShown]
    children: list[ChildShown]

    @classmethod
    def of(cls, party: Party) -> "PartyShown":
        return cls(
            party_id=party.id,
            kind="childminder" if party.kind == "childminder" else "family",
            registered_by=party.registered_by,
            guardians=[GuardianShown.of(one) for one in party.guardians],
            children=[ChildShown.of(one) for one in party.children],
        )


class LikenessShown(BaseModel):
    """Two files, and why they may be of one family."""

    first: PartyShown
    second: PartyShown
    signs: list[Sign]

    @classmethod
    def of(cls, likeness: Likeness) -> "LikenessShown":
        return cls(
            first=PartyShown.of(likeness.first), second=PartyShown.of(likeness.second), signs=list(likeness.signs)
        )
