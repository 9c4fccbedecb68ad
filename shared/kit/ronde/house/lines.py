"""At which line of a TOML file each of its values stands."""

import tomllib
from typing import Any

Path = tuple[str | int, ...]


class Lines:
    """The lines of a **valid** TOML text, by path: `("rooms", 0, "area")`.

    `tomllib` keeps no positions. But in a valid text every statement is valid alone: so it is cut into
    statements by giving `tomllib` one line more until it takes them, and each says its own keys.
    """

    def __init__(self, text: str) -> None:
        self._at: dict[Path, int] = {(): 1}
        self._tables: dict[Path, int] = {}
        table: Path = ()
        for number, statement in _statements(text):
            if statement.lstrip().startswith("["):
                table = self._header(statement, number)
            else:
                self._note(table + _keys(tomllib.loads(statement)), number)

    def of(self, path: Path) -> int:
        """The line of that value, or of the nearest thing around it."""
        while path not in self._at:
            path = path[:-1]
        return self._at[path]

    def _header(self, statement: str, number: int) -> Path:
        keys = _keys(tomllib.loads(statement))
        path: Path = ()
        for key in keys[:-1]:
            path += (key,)
            if path in self._tables:  # a table inside the last [[entry]] of a list
                path += (self._tables[path] - 1,)
        path += keys[-1:]
        if statement.lstrip().startswith("[["):
            self._note(path, number)
            index = self._tables.get(path, 0)
            self._tables[path] = index + 1
            path += (index,)
        self._note(path, number)
        return path

    def _note(self, path: Path, number: int) -> None:
        for end in range(1, len(path) + 1):
            self._at.setdefault(path[:end], number)


def _statements(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    chunk, start = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        if not chunk:
            start = number
        chunk += line + "\n"
        try:
            says = tomllib.loads(chunk)
        except tomllib.TOMLDecodeError:
            continue  # a list or a text that goes on in the next line
        if says:
            found.append((start, chunk))
        chunk = ""
    return found


def _keys(says: Any) -> Path:
    """`[a.b]` and `a.b = 1` both say {"a": {"b": ...}}: ("a", "b"). A value that is a table ends it too."""
    path: Path = ()
    while isinstance(says, dict) and len(says) == 1:
        [(key, says)] = says.items()
        path += (key,)
        if isinstance(says, list) and says == [{}]:
            break
    return path
