"""Families and childminders, in and out of the JSON doors."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field, model_validator
from ronde_contracts.event import Language, PartyKind

from enrolment.rules import Born
from enrolment.shapes.base import Body, Name
from enrolment.tables import Party
from enrolment.use_cases.register_party import NewChild, RegisterParty


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
