"""How the catcher answers for some recipients instead of taking the message: for tests of what goes wrong."""

import asyncio
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .box import same


class Answer(BaseModel):
    """`code`: HTTP status or SMTP code (550 for ever, 451 for now), none for a yes. `delay`: seconds before it.

    `kept`: the message arrived all the same, as when a provider's answer is lost. `at`: where in the SMTP
    conversation. `arrives`: false for an SMS that is taken and then cannot be delivered. `times`: how often, before all
    is well again; none for always.
    """

    model_config = ConfigDict(extra="forbid")

    code: int | None = Field(None, ge=200, le=599)
    delay: float = Field(0, ge=0, le=3600)
    kept: bool = False
    at: Literal["rcpt", "data"] = "rcpt"
    arrives: bool = True
    times: int | None = Field(None, ge=1)

    @property
    def refuses(self) -> bool:
        return self.code is not None and self.code >= 300


YES = Answer()


class Answers:
    """By recipient; `*` for everybody else."""

    def __init__(self) -> None:
        self._given: dict[str, Answer] = {}

    def give(self, recipient: str, answer: Answer) -> None:
        self._given[same(recipient) or "*"] = answer

    def clear(self) -> None:
        self._given.clear()

    def look(self, recipient: str) -> Answer:
        """The answer for that recipient, without using it up."""
        return self._given.get(same(recipient)) or self._given.get("*") or YES

    async def take(self, recipient: str) -> Answer:
        """The answer for that recipient, once its delay has passed."""
        answer = self.look(recipient)
        self._use(recipient, answer)
        await asyncio.sleep(answer.delay)
        return answer

    def _use(self, recipient: str, answer: Answer) -> None:
        if answer.times is not None:
            key = same(recipient) if same(recipient) in self._given else "*"
            if answer.times == 1:
                del self._given[key]
            else:
                self._given[key] = answer.model_copy(update={"times": answer.times - 1})
