"""A refusal: the house says no, and says why in the reader's language."""

from typing import Any, ClassVar


class Refused(Exception):
    """Base of every refusal. A use case raises it **before** it writes.

    At the HTTP door it becomes problem+json (`code`, `status`, `reason`, `extra`); at the event door the consumer
    catches it and publishes the `…Refused` event.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    words: ClassVar[dict[str, str]] = {"fr": "Ce n'est pas possible.", "en": "This is not possible."}

    example: ClassVar[dict[str, Any]] = {}
    """What `extra` may hold, for the documentation of the doors."""

    def __init__(self, reason: dict[str, str] | None = None, **extra: Any) -> None:
        """`reason` replaces the class's words; `extra` (JSON-able) says what is possible instead."""
        self.reason = reason or self.words
        self.extra = extra
        super().__init__(self.reason["en"])
