"""Writes what is published of the contracts: `python -m ronde_contracts.generate [--check]`.

JSON Schemas, one AsyncAPI document and a page of tables, all in `shared/contracts/schemas/`, committed.
"""

import argparse
import difflib
import json
import sys
from pathlib import Path

from . import asyncapi, tables
from .plain_yaml import to_yaml
from .schema import all_schemas

HOME = Path(__file__).parent.parent
"""The folder of the contracts in a checkout: schemas/, samples/, README.md."""


def files(home: Path = HOME) -> dict[str, str]:
    """Every generated file, by its name in schemas/."""
    written = {f"{name}.json": _json(schema) for name, schema in all_schemas().items()}
    guide = (home / "README.md").read_text(encoding="utf-8")
    note = "# Written by `make contracts` from ronde_contracts/ and README.md: change those.\n"
    written["asyncapi.yaml"] = note + to_yaml(asyncapi.document(guide))
    written["README.md"] = tables.page()
    return written


def differences(folder: Path, wanted: dict[str, str]) -> list[str]:
    """Unified diff lines between the folder and what it should hold; empty when they agree."""
    present = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*") if path.is_file()}
    lines: list[str] = []
    for name in sorted(present.keys() | wanted.keys()):
        old, new = present.get(name, ""), wanted.get(name, "")
        lines += difflib.unified_diff(
            old.splitlines(), new.splitlines(), f"committed {name}", f"generated {name}", lineterm=""
        )
    return lines


def main(arguments: list[str] | None = None, home: Path = HOME) -> int:
    parser = argparse.ArgumentParser(prog="python -m ronde_contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the files differ")
    options = parser.parse_args(arguments)
    if not (home / "README.md").exists():
        sys.stderr.write("The contracts are generated in a checkout of Ronde; this is an installed package.\n")
        return 2
    folder, wanted = home / "schemas", files(home)
    different = differences(folder, wanted)
    if options.check:
        if different:
            sys.stdout.write("\n".join([*different, "", "The contracts changed: run `make contracts`, commit.", ""]))
        return 1 if different else 0
    folder.mkdir(exist_ok=True)
    for stale in folder.glob("*"):
        if stale.is_file() and stale.name not in wanted:
            stale.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(wanted)} files in schemas/, {'changed' if different else 'all as they were'}.\n")
    return 0


def _json(schema: object) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
