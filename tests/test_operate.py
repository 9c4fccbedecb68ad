"""What docs/operate.md and docs/settings.md promise of this checkout, where no container engine is needed."""

import asyncio
import importlib.util
import re
import stat
import subprocess
import sys
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import booking.main
import booking.tables
import enrolment.main
import enrolment.tables
import pytest
from enrolment.testing import MIGRATIONS, MONDAY, TUESDAY, Desk, Said, hear
from ronde.local.postgres import binaries
from ronde.testing import NewDatabase
from sqlalchemy import make_url

ROOT = Path(__file__).parent.parent
HEARD = {("enrolment", "reservations", "version")}
"""What another service says: after a restore its news is still above."""


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"scripts_{name}", ROOT / "scripts" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_settings_is_what_the_code_says() -> None:
    found = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert found == script("settings").page(), f"run {sys.executable} scripts/settings.py"


def test_every_setting_has_a_description() -> None:
    lines = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("| `RONDE_") and line.endswith("|  |")] == []


def test_every_make_target_on_the_page_is_there() -> None:
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"make ([a-z-]+)", "".join(re.findall(r"```.*?```", page, flags=re.DOTALL))))
    assert {"env", "backup", "restore"} <= named
    assert [target for target in named if not re.search(rf"^{target}:", makefile, flags=re.MULTILINE)] == []


def test_a_backup_is_whole_and_closed_or_refused(tmp_path: Path) -> None:
    backup = script("backup")
    file = tmp_path / "ronde.tar"
    made_at = datetime.now(UTC)
    backup.pack(file, backup.described(made_at, {"notify.dump": b"rows", "env": b"A=b\n"}))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert backup.unpack(file) == (made_at, {"notify.dump": b"rows", "env": b"A=b\n"})
    assert list(tmp_path.iterdir()) == [file], "no draft is left"
    file.write_bytes(file.read_bytes().replace(b"rows", b"lost"))
    with pytest.raises(SystemExit, match=r"damaged: notify\.dump"):
        backup.unpack(file)
    file.write_bytes(b"something else")
    with pytest.raises(SystemExit, match="no backup"):
        backup.unpack(file)
    with tarfile.open(file, "w"):
        pass
    with pytest.raises(SystemExit, match="no backup"):
        backup.unpack(file)


@pytest.mark.parametrize(("service", "base"), [("booking", booking.tables.Base), ("enrolment", enrolment.tables.Base)])
def test_every_version_that_is_published_goes_on_above_after_a_restore(service: str, base: type) -> None:
    raised = (ROOT / "services" / service / service / "migrations" / "restored.sql").read_text()
    columns = [
        (table.name, column.name)
        for table in base.metadata.tables.values()  # type: ignore[attr-defined]
        for column in table.columns
        if column.name in ("version", "attended") and column.type.python_type is int and not column.primary_key
    ]
    ours = [one for one in columns if (service, *one) not in HEARD]
    assert len(ours) >= 3
    assert [one for one in ours if " SET ".join(one) not in raised] == []


@pytest.mark.database
async def test_a_restored_service_is_not_taken_for_old(new_database: NewDatabase) -> None:
    """Enrolment said two things of a session; its backup is from before the first, or from between them."""
    desk, said = Desk(new_database(MIGRATIONS)), Said()
    await hear(desk, (1, said.planned()), (1, said.confirmed()), (2, said.moved(TUESDAY)))
    told = await desk.told()
    assert [one["sequence"] for one in told] == ["1", "2"]
    before = Desk(new_database(MIGRATIONS))
    for one in (desk, before):
        at = datetime.now(UTC)
        text = script("backup").after("enrolment", told, at - timedelta(days=1), at, again=False)
        url = make_url(one.db.engine.url).set(drivername="postgresql").render_as_string(hide_password=False)
        words = (binaries() / "psql", "-q", "-v", "ON_ERROR_STOP=1", url)
        await asyncio.to_thread(subprocess.run, words, input=text.encode(), check=True)
    await hear(before, (1, said.planned()), (1, said.confirmed()))
    await hear(desk, (3, said.moved(MONDAY, was=TUESDAY)))
    again, later = [int((await one.told())[-1]["sequence"]) for one in (before, desk)]
    assert again == 3
    assert later > 1_000_000, "above the clock: also when the backup is restored a second time"
    for one in (desk, before):
        await one.db.close()


def test_what_only_people_can_do_is_said(tmp_path: Path) -> None:
    backup = script("backup")
    journal = b"""{"source": "/v/enrolment", "type": "family.erased.v1", "subject": "p1", "time": "x"}
        {"source": "/v/relais", "type": "session.planned.v1", "subject": "s"}
        { a partner's own way
        of writing }\n[1]\n{"source": 3}"""
    heard = backup.ours(journal)
    assert [one["type"] for one in heard] == ["family.erased.v1"]
    assert list(backup.erasures(heard)) == ["Erase again: POST /enrolment/parties/p1/erase"]
    backup.pack_lines(tmp_path / "since.jsonl", heard)
    assert stat.S_IMODE((tmp_path / "since.jsonl").stat().st_mode) == 0o600
