"""What is wrong with one piece of the file, in words that say what to write instead."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_SYNTAX = {
    "Cannot overwrite a value": "this key stands twice in its section: keep one of the two",
    "Cannot declare": "this section stands twice: put both under one heading",
    "Expected '=' after a key": "write it as: key = value",
    "Invalid value": 'put words between quotes: "like this"; numbers and dates have none',
    "Illegal character '\\n'": "a quote was opened and never closed on this line",
    "Unterminated string": "a quote was opened and never closed",
    "Unclosed array": "a [ was opened and never closed: add the ]",
    "Expected newline": "one value a line; a note begins with #",
    "Expected ']": "a section's heading ends with ] (and [[ with ]])",
}
_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A close word among the known ones, or all of them: the end of a sentence."""
    choice = sorted(known)
    if close := get_close_matches(word, choice, n=1):
        return f"Did you mean {close[0]!r}?"
    return f"Known: {', '.join(choice)}." if choice else ""


def syntax(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, str]:
    """(line, sentence) of the first place where the text is no TOML."""
    words = str(error)
    match = _AT_LINE.search(words)
    line = int(match[1]) if match and match[1] else text.count("\n") + 1
    words = _AT_LINE.sub("", words)
    remedy = next((remedy for start, remedy in _SYNTAX.items() if words.startswith(start)), None)
    return line, f"{words[0].lower()}{words[1:]}; {remedy}" if remedy else words


def invalid(model: type[BaseModel], error: ErrorDetails) -> str:
    """One sentence for one pydantic error in an entry of the file."""
    key = ".".join(str(part) for part in error["loc"] if part != "[key]")
    found, kind = error["input"], error["type"]
    names = {info.alias or name: info for name, info in model.model_fields.items()}
    info = names.get(str(error["loc"][0])) if error["loc"] else None
    example = str(info.examples[0]) if info is not None and info.examples else ""
    such_as = f", such as: {example}" if example else ""
    match kind:
        case "missing":
            return f"{key!r} is missing. Add a line{such_as}" if example else f"{key!r} is missing. Add it"
        case "extra_forbidden":
            return f"{key!r} is no word of this section. {did_you_mean(key, names)}"
        case "string_pattern_mismatch" if isinstance(found, str) and "[a-z0-9-]" in str(error.get("ctx")):
            return (
                f"{key} is {found!r}; a short name has small letters, digits and hyphens "
                f"and begins with a letter, such as {slug(found)!r}"
            )
        case "string_pattern_mismatch":
            return f"{key} is {found!r}; a language is two small letters, such as 'fr' or 'en'"
        case "literal_error":
            return f"{key} is {found!r}; it can be {error.get('ctx', {}).get('expected', '')}"
        case "value_error":
            reason = error.get("ctx", {}).get("error", error["msg"])
            return f"{key} is {found!r}: {reason}" if key else str(reason)
        case _:
            wanted = re.sub(r"^\w+ (should|must)", r"it \1", error["msg"])  # String should …, Input should …
            return f"{key} is {found!r}; {wanted}{such_as}"


def slug(words: str) -> str:
    """A short name made of these words: 'Salle à manger' -> 'salle-a-manger'."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-").lstrip("0123456789-")[:40] or "salle"
