"""The messages that arrived: in memory, and in a file that only grows."""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ronde.clock import now
from ronde.ids import new_id


class Attachment(BaseModel):
    """A file in an e-mail; `text` is its content when it is text (a calendar), `size` in bytes."""

    name: str
    type: str
    size: int
    text: str | None = None


class Message(BaseModel):
    """One SMS, or one e-mail as one of its recipients got it. `times`: how often the same reference was sent."""

    model_config = ConfigDict(populate_by_name=True)

    kind: Literal["sms", "mail"]
    to: str
    sender: str = Field(serialization_alias="from", validation_alias="from")
    text: str
    id: str = Field(default_factory=lambda: str(new_id()))
    at: datetime = Field(default_factory=now)
    times: int = 1
    reference: str = ""
    subject: str = ""
    html: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    attachments: list[Attachment] = Field(default_factory=list)


class Box:
    """All messages, oldest first. `path` is read at the start; a later line about the same id replaces the earlier."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._messages: dict[str, Message] = {}
        self._cut = False
        if path is not None and path.exists():
            with path.open(encoding="utf-8") as lines:
                for line in lines:
                    # a line cut short by a crash is left out; what comes next begins a line of its own
                    self._cut = not line.endswith("\n")
                    if message := _read(line):
                        self._messages[message.id] = message

    def add(self, message: Message) -> Message:
        """Keep it. An SMS whose reference came before is not shown twice: it is counted."""
        before = self.referred(message.reference) if message.kind == "sms" else None
        if before is not None:
            message = before.model_copy(update={"times": before.times + 1})
        self._messages[message.id] = message
        if self._path is not None:
            # 0600: the file has people's numbers and their links
            with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
                file.write("\n" * self._cut + message.model_dump_json(by_alias=True) + "\n")
                self._cut = False
        return message

    def referred(self, reference: str) -> Message | None:
        """The message that was sent with that reference."""
        found = (one for one in self._messages.values() if reference and one.reference == reference)
        return next(found, None)

    def get(self, id: str) -> Message | None:
        return self._messages.get(id)

    def all(self, to: str = "", kind: str = "") -> list[Message]:
        """Those for `to` (any spelling of a number) and of that `kind`, oldest first; empty means all."""
        wanted = same(to)
        return [
            one
            for one in self._messages.values()
            if (not wanted or same(one.to) == wanted) and (not kind or one.kind == kind)
        ]


def same(recipient: str) -> str:
    """One spelling of an address or a number: `+33 6 39…`, ` 336 39…` (a + lost in a URL) and `+336 39…` are one."""
    return recipient.strip().lower() if "@" in recipient else "".join(filter(str.isdigit, recipient))


def spoken(number: str) -> str:
    """A French number in pairs: `+33 6 39 98 00 01`; another country's as it is."""
    if not (number.startswith("+33") and len(number) == 12):
        return number
    return "\u00a0".join([number[:3], number[3], *(number[i : i + 2] for i in range(4, 12, 2))])


def newest(messages: Iterable[Message], count: int) -> list[Message]:
    """The last `count`, newest first."""
    return list(messages)[-count:][::-1]


def _read(line: str) -> Message | None:
    try:
        return Message.model_validate_json(line)
    except ValueError:
        return None
