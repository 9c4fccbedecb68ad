"""Refuses a change that a program written against the committed contracts would feel: within a version, only
optional fields are added.

`python -m ronde_contracts.compat [--against DIR | GIT-REF]`
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from .generate import HOME
from .schema import Schema, all_schemas
from .schema_diff import breaks


@dataclass(frozen=True)
class Published:
    """What others have built on: schemas by type, frozen samples by path."""

    schemas: dict[str, Schema] = field(default_factory=dict)
    samples: dict[str, bytes] = field(default_factory=dict)


def broken(old: Published, new: Published) -> list[str]:
    """Every promise of `old` that `new` does not keep, as a sentence; empty when it keeps them all."""
    found = [f"{name}: no longer there; members still say or hear it" for name in old.schemas.keys() - new.schemas]
    for name in old.schemas.keys() & new.schemas.keys():
        found += [f"{name}: {problem}" for problem in breaks(old.schemas[name], new.schemas[name])]
    for name, body in old.samples.items():
        if new.samples.get(name) != body:
            found.append(f"samples/{name}: a committed sample is never edited nor removed")
    return sorted(found)


def in_folder(home: Path) -> Published:
    """What the folder of the contracts at `home` holds, as committed files."""
    return _published({str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*.json")})


def in_git(ref: str, home: Path) -> Published:
    """The same as of a commit; empty when the commit has no contracts. Raises LookupError for an unknown commit."""
    if _git(home, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}") is None:
        raise LookupError(ref)
    listed = _git(home, "ls-tree", "-r", "-z", "--name-only", ref, "./schemas", "./samples") or b""
    names = [name for name in listed.decode().split("\0") if name.endswith(".json")]
    return _published({name: _git(home, "show", f"{ref}:./{name}") or b"" for name in names})


def default_ref(home: Path) -> str | None:
    """Where this branch left the common one; the last commit when there is no other to compare with.

    None outside git. A shallow clone without a remote has its last commit, and so has a check.
    """
    head = _git(home, "rev-parse", "--verify", "--quiet", "HEAD")
    fork = _git(home, "merge-base", "HEAD", "origin/main")
    ref = fork or head
    return ref.decode().strip() if ref else None


def main(arguments: list[str] | None = None, home: Path = HOME) -> int:
    parser = argparse.ArgumentParser(prog="python -m ronde_contracts.compat", description=__doc__)
    parser.add_argument("--against", help="a folder of contracts or a commit; else where the branch left origin/main")
    against = parser.parse_args(arguments).against or default_ref(home)
    if against is None:
        sys.stdout.write("contracts: no git history here, nothing to compare with.\n")
        return 0
    try:
        old = in_folder(Path(against)) if Path(against).is_dir() else in_git(against, home)
    except LookupError:
        sys.stderr.write(f"contracts: {against} is neither a folder nor a commit of this checkout.\n")
        return 2
    problems = broken(old, Published(all_schemas(), in_folder(home).samples))
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    if problems:
        sys.stdout.write("A version only gains optional fields: publish a v2 beside it (shared/contracts/README.md).\n")
    return 1 if problems else 0


def _published(files: dict[str, bytes]) -> Published:
    schemas = {
        name.removeprefix("schemas/").removesuffix(".json"): json.loads(body)
        for name, body in files.items()
        if name.startswith("schemas/")
    }
    return Published(schemas, {n.removeprefix("samples/"): b for n, b in files.items() if n.startswith("samples/")})


def _git(home: Path, *arguments: str) -> bytes | None:
    """What git says, or None when it refuses or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(home), *arguments], capture_output=True, check=True)  # noqa: S603, S607
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
