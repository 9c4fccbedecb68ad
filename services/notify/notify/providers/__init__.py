"""What notify asks of whoever carries a message, what they may answer, and what they say of it later."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Invitation:
    """An .ics. `method`: REQUEST or CANCEL; also a parameter of its content type, or calendars do not look inside."""

    method: str
    content: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave. `subject`, `html` and `one_click` are empty in an SMS.

    `one_click`: where a POST says that they want no more of these (RFC 8058).
    """

    id: UUID
    to: str
    language: str
    text: str
    subject: str = ""
    html: str = ""
    one_click: str = ""
    invitations: tuple[Invitation, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """The provider has it, under this id. `provider` is the name of the account that was used."""

    provider_id: str | None
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """It will not arrive this way, ever. `code` is machine-readable and quotes nothing of the answer.

    `lasting`: it is the address that is no good, for this message and every other.
    """

    code: str
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class NotNow:
    """It surely did not leave; another attempt is harmless.

    `recipient`: it is their mailbox that is full or slow. The provider is well, and no other would do better.
    """

    why: str
    recipient: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have left or not: never sent again before somebody has looked."""

    why: str
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Not given to anybody: outside production only guests are written to."""


Outcome = Taken | Rejected | NotNow | Unknown | Withheld


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider says of a message that it took, named by its own id or by ours (`reference`).

    `code` and `lasting` as in Rejected, for what could not be delivered.
    """

    status: Literal["delivered", "undeliverable"]
    provider_id: str | None = None
    reference: UUID | None = None
    code: str = ""
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """A webhook's request. Names of headers are in lower case."""

    query: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class NotTheirs(Exception):
    """Whoever sent this webhook did not show that they are the provider."""


Keep = Callable[[Receipt], Awaitable[None]]
"""Writes a receipt down; when it returns, it is committed."""
Hear = Callable[[str, str], Awaitable[None]]
"""Takes what somebody answered by SMS: their number (E.164) and their words."""


class Provider(Protocol):
    """Carries messages of one channel. Never raises for what the other side does, and never logs an address."""

    async def send(self, letter: Letter) -> Outcome: ...

    async def find(self, reference: UUID, provider: str | None = None) -> Outcome:
        """What became of that message: NotNow when nobody ever had it, Unknown when that cannot be said.

        `provider`: the account that it was given to, when that is known.
        """
        ...

    def room(self, most: int) -> int:
        """How many messages it would take now, at most `most`; 0 while it is known to be away."""
        ...

    async def close(self) -> None: ...


class Carrier:
    """One account with one provider. Adapters say what they can do better than this."""

    async def send(self, letter: Letter) -> Outcome:
        raise NotImplementedError

    async def find(self, reference: UUID) -> Outcome:  # noqa: ARG002
        return Unknown("cannot-say")

    def listen(self, keep: Keep, hear: Hear) -> None:
        """Begin to take receipts and answers, where they come on a connection of their own."""

    async def close(self) -> None:
        """Nothing is kept open."""
