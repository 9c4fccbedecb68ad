"""What the documents promise is there: the tests that decisions name, and the files that pages link to."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SKIPPED = {"node_modules", ".venv", ".ronde"}
PAGES = sorted(page for page in ROOT.rglob("*.md") if not SKIPPED & set(page.relative_to(ROOT).parts))
DECISIONS = sorted(ROOT.glob("docs/adr/0*.md"))


def named_in(page: Path) -> list[tuple[str, str]]:
    """(path, test) of each `path::name`; a `::name` alone goes with the last path before it."""
    found, path = [], ""
    for at, name in re.findall(r"`([\w/.-]+\.py)?(?:::(\w+))?`", page.read_text(encoding="utf-8")):
        path = at or path
        if name or at:
            found.append((path, name))
    return found


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_names_tests_that_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for heading in ("## Context", "## Decision", "## Consequences", "## Kept by"):
        assert heading in text, f"{page.name} has no {heading}"
    kept = [(path, name) for path, name in named_in(page) if "/tests/" in f"/{path}"]
    assert kept or "Import contracts" in text, f"{page.name} names nothing that keeps it"
    gone = [path for path, _ in kept if not (ROOT / path).exists()]
    assert gone == []
    assert [f"{path}::{name}" for path, name in kept if name and name not in functions(ROOT / path)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []
