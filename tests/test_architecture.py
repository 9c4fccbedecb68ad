"""The import contracts of pyproject.toml hold, and each of them breaks when it should."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = {
    "ronde_contracts": "shared/contracts/ronde_contracts",
    "ronde": "shared/kit/ronde",
    "booking": "services/booking/booking",
    "enrolment": "services/enrolment/enrolment",
    "notify": "services/notify/notify",
}


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    """lint-imports over a copy of the packages, all in one folder."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--config", tree / "pyproject.toml", "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path, pytestconfig: pytest.Config) -> Path:
    for name, place in PACKAGES.items():
        ignored = shutil.ignore_patterns("__pycache__", "templates", "static")
        shutil.copytree(pytestconfig.rootpath / place, tmp_path / name, ignore=ignored)
    shutil.copy(pytestconfig.rootpath / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold(tree: Path) -> None:
    done = lint(tree)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("contract", "place", "line"),
    [
        ("The contracts import nothing of ours", "ronde_contracts/booking.py", "import ronde.clock"),
        ("The kit knows no service", "ronde/outbox.py", "import booking.rules"),
        ("No service imports another", "booking/rules.py", "import enrolment.rules"),
        ("A service in production knows nothing", "notify/settings.py", "import ronde.testing"),
        ("A use case never calls another", "enrolment/use_cases/enrol.py", "import enrolment.use_cases.withdraw"),
        ("Inside a service imports run one way", "booking/rules.py", "import booking.api"),
        ("Inside a service imports run one way", "enrolment/settings.py", "import enrolment.tables"),
        ("Inside a service imports run one way", "notify/queries.py", "import notify.pages"),
    ],
)  # fmt: skip
def test_a_wrong_import_is_seen(tree: Path, contract: str, place: str, line: str) -> None:
    with (tree / place).open("a") as module:
        module.write(f"\n{line}\n")
    done = lint(tree)
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [text for text in done.stdout.splitlines() if "BROKEN" in text]
    assert any(text.startswith(contract) for text in broken), done.stdout
