"""What changed between two schemas of one version that somebody would feel, as sentences. Pure.

Everybody reads and writes by the same schema: a narrower field breaks who says the event, a wider one breaks who
hears it. So nothing changes but words and new optional fields.
"""

from typing import Any

from .schema import Schema, resolve

_WORDS = {"title", "description", "examples", "$comment"}
_HANDLED = {"$schema", "$id", "$defs", "anyOf", "type", "properties", "required", "items", "enum", "const", "default"}
_FLOORS = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
_CEILINGS = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}


def breaks(old: Schema, new: Schema) -> list[str]:
    """Each promise of `old` that `new` breaks. Empty: a program written for `old` goes on, saying or hearing."""
    return _node(old, new, old, new, "")


def _node(old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str) -> list[str]:
    old, new = resolve(old, old_root), resolve(new, new_root)
    at = f"{path}: " if path else ""
    before, after = _kinds(old, old_root), _kinds(new, new_root)
    found = [f"{at}narrowed, it no longer takes {kind}" for kind in before.keys() - after.keys()]
    found += [f"{at}widened, it may now be {kind}" for kind in after.keys() - before.keys()]
    if old.get("default") != new.get("default") and "default" in old:
        found.append(f"{at}another default: {old['default']!r} became {new.get('default')!r}")
    for kind in before.keys() & after.keys():
        found += _values(before[kind], after[kind], at)
        found += _constraints(before[kind], after[kind], at)
        found += _fields(before[kind], after[kind], old_root, new_root, path)
        if "items" in before[kind]:
            items = after[kind].get("items", {})
            found += _node(before[kind]["items"], items, old_root, new_root, f"{path}[]")
    return found


def _kinds(node: Schema, root: Schema) -> dict[str, Schema]:
    """The alternatives of a node by their JSON type: `anyOf` of a text and null has two."""
    choices = [resolve(choice, root) for choice in node.get("anyOf", [node])]
    return {choice.get("type", "anything"): choice for choice in choices}


def _values(old: Schema, new: Schema, at: str) -> list[str]:
    before, after = _allowed(old), _allowed(new)
    if before is None and after is None:
        return []
    if before is None:
        return [f"{at}narrowed, only {', '.join(map(str, after or []))} now"]
    if after is None:
        return [f"{at}widened, any value now"]
    return [f"{at}narrowed, {value} is no longer a value" for value in before if value not in after] + [
        f"{at}widened, {value} is a value that readers do not know" for value in after if value not in before
    ]


def _allowed(node: Schema) -> list[Any] | None:
    return [node["const"]] if "const" in node else node.get("enum")


def _constraints(old: Schema, new: Schema, at: str) -> list[str]:
    found = []
    for key in sorted((old.keys() | new.keys()) - _WORDS - _HANDLED):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        change = f"{key} {before!r} became {after!r}"
        if key.startswith("x-"):
            found.append(f"{at}{key.removeprefix('x-').replace('-', ' ')} changed: {before} became {after}")
        elif key in _FLOORS | _CEILINGS:
            narrower = before is None or (after is not None and (after > before) == (key in _FLOORS))
            found.append(f"{at}{'narrowed' if narrower else 'widened'}, {change}")
        else:
            found.append(f"{at}other rule, {change}")
    return found


def _fields(old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str) -> list[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    must, must_now = set(old.get("required", ())), set(new.get("required", ()))
    prefix = f"{path}." if path else ""
    found = [f"{prefix}{name}: removed" for name in before if name not in after]
    found += [f"{prefix}{name}: newly required" for name in sorted(must_now - must)]
    found += [
        f"{prefix}{name}: no longer required, readers count on it" for name in sorted((must - must_now) & after.keys())
    ]
    for name in before:
        if name in after:
            found += _node(before[name], after[name], old_root, new_root, f"{prefix}{name}")
    return found
