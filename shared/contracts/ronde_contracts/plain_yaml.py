"""Writes plain data as YAML, so that the contracts need no YAML library: strings quoted when in doubt."""

import json
import re
from typing import Any

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9 _/.,()<>-]*(?<! )")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def to_yaml(value: Any, indent: int = 0) -> str:
    """`value` (dicts with string keys, lists, strings, numbers, booleans, None) as a block of YAML lines."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        return "".join(f"{pad}{_text(key)}:{_under(item, indent)}" for key, item in value.items())
    if isinstance(value, list) and value:
        return "".join(f"{pad}-{_in_list(item, indent)}" for item in value)
    return f"{pad}{_scalar(value)}\n"


def _under(item: Any, indent: int) -> str:
    if isinstance(item, dict | list) and item:
        return "\n" + to_yaml(item, indent + 1)
    if isinstance(item, str) and "\n" in item and not item[0].isspace():
        pad = "  " * (indent + 1)
        lines = "".join(f"{pad}{line}\n" if line else "\n" for line in item.rstrip("\n").split("\n"))
        return f" |{'' if item.endswith(chr(10)) else '-'}\n{lines}"
    return f" {_scalar(item)}\n"


def _in_list(item: Any, indent: int) -> str:
    if isinstance(item, dict | list) and item:
        return " " + to_yaml(item, indent + 1).lstrip(" ")
    return f" {_scalar(item)}\n"


def _scalar(value: Any) -> str:
    return _text(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
