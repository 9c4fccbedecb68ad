"""Coming in without an account: a code, what it opens, and registering with it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, EmailStr, Field, StringConstraints, model_validator
from ronde_contracts.event import Language, PartyKind

from enrolment.doorkeys import Address
from enrolment.shapes.base import Body, Name
from enrolment.shapes.people import ChildBody, Phone
from enrolment.tables import Code
from enrolment.use_cases.confirm_code import Confirmed, WayIn
from enrolment.use_cases.register_self import RegisterSelf

Typed = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{3} ?[0-9]{3}$")]


class AskCodeBody(Body):
    """An e-mail address or a telephone number, one of the two."""

    email: EmailStr | None = None
    phone: Phone | None = None
    language: Language = "fr"

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "AskCodeBody":
        if (self.email is None) == (self.phone is None):
            raise ValueError("an e-mail address or a telephone number is needed")
        return self

    @property
    def to(self) -> Address:
        return Address.of(email=self.email, phone=self.phone)


class CodeShown(BaseModel):
    """The same answer for an address that is known and for one that is not."""

    code_id: UUID
    channel: Literal["sms", "email"]
    expires_at: AwareDatetime

    @classmethod
    def of(cls, code: Code) -> "CodeShown":
        return cls(code_id=code.id, channel="sms" if code.channel == "sms" else "email", expires_at=code.expires_at)


class TypedBody(Body):
    code: Typed = Field(description="six digits, as in the message")

    @property
    def typed(self) -> str:
        return self.code.replace(" ", "")


class WayInShown(BaseModel):
    """A family's page that this address opens, for one visit."""

    party_id: UUID
    kind: PartyKind
    name: str
    token: str = Field(description="whoever has it may act for the family: /f/{token} is their page")

    @classmethod
    def of(cls, way: WayIn) -> "WayInShown":
        kind: PartyKind = "childminder" if way.party.kind == "childminder" else "family"
        return cls(party_id=way.party.id, kind=kind, name=way.guardian.name, token=way.token)


class ConfirmedShown(BaseModel):
    families: list[WayInShown] = Field(description="registered with this address; none: they are new")
    proof: str | None = Field(description="to register with; none when the code confirmed a guardian's new address")

    @classmethod
    def of(cls, confirmed: Confirmed) -> "ConfirmedShown":
        return cls(families=[WayInShown.of(way) for way in confirmed.ways], proof=confirmed.proof)


class RegisterBody(Body):
    """Who registers themselves: the address that they confirmed is theirs; others are added on their page."""

    proof: str = Field(min_length=12, max_length=12)
    kind: PartyKind
    name: Name
    language: Language = "fr"
    children: list[ChildBody] = Field(max_length=12, description="none: a child is due")

    @property
    def command(self) -> RegisterSelf:
        return RegisterSelf(
            proof=self.proof,
            kind=self.kind,
            name=self.name,
            language=self.language,
            children=tuple(child.new for child in self.children),
        )
