"""What notify asks of whoever carries a message, and what they may answer."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave. `subject` and `html` are empty in an SMS."""

    id: UUID
    to: str
    language: str
    text: str
    subject: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The provider has it, under this id."""

    provider_id: str | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """It will not arrive this way, ever. `code` is machine-readable and quotes nothing of the answer."""

    code: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """It surely did not leave; another attempt is harmless."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have left or not: never sent again before somebody has looked."""

    why: str


Outcome = Taken | Rejected | NotNow | Unknown


class Provider(Protocol):
    """Carries messages of one channel. Never raises for what the other side does, and never logs an address."""

    async def send(self, letter: Letter) -> Outcome: ...

    async def find(self, reference: UUID) -> Outcome:
        """What became of that message: NotNow when the provider never had it, Unknown when it cannot say."""
        ...

    async def close(self) -> None: ...
