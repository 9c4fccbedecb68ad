"""What the house was told so far, so that only what is new is said."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Said:
    """The last thing said of a session."""

    type: str
    sequence: int
    starts_at: str
    plan: dict[str, Any]


class Memory:
    """A small JSON file. Losing it does no harm: the same facts are said again under the same ids."""

    def __init__(self, file: Path) -> None:
        self.file = file
        raw = json.loads(file.read_text()) if file.exists() else {}
        self.said = {id: Said(**entry) for id, entry in raw.items()}

    def note(self, session_id: str, said: Said) -> None:
        """Written at once, and whole: a crash leaves the old file or the new one."""
        self.said[session_id] = said
        self.file.parent.mkdir(parents=True, exist_ok=True)
        draft = self.file.with_name(self.file.name + ".new")
        draft.write_text(json.dumps({id: asdict(entry) for id, entry in self.said.items()}, indent=1))
        os.replace(draft, self.file)
