"""`make env` and `ronde servers prepare`, as an ops person runs them."""

import asyncio
import json
import shutil
import stat
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import asyncpg
import pytest
from ronde.local.addresses import Addresses
from ronde.local.databases import drop_database, dsn
from ronde.testing import Amqp, passwords_for_tests

RONDE = Path(sys.executable).with_name("ronde")


@pytest.fixture
def checkout(tmp_path: Path, pytestconfig: pytest.Config) -> Path:
    """What `make env` reads of a checkout."""
    shutil.copytree(pytestconfig.rootpath / "deploy" / "house", tmp_path / "deploy" / "house")
    (tmp_path / "scripts").mkdir()
    shutil.copy(pytestconfig.rootpath / "scripts" / "env.py", tmp_path / "scripts")
    return tmp_path


def make_env(checkout: Path, *words: str) -> dict[str, str]:
    subprocess.run([sys.executable, checkout / "scripts" / "env.py", *words], check=True, capture_output=True)
    lines = (checkout / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_secrets_are_made_once_and_what_was_edited_stays(checkout: Path) -> None:
    first = make_env(checkout)
    assert len({value for name, value in first.items() if name.endswith(("_DATABASE", "_BROKER", "_KEY"))}) == 12
    edited = (checkout / ".env").read_text().replace("RONDE_DOMAIN=", "RONDE_DOMAIN=ronde.example.org") + "OWN=kept\n"
    (checkout / ".env").write_text(edited)
    assert make_env(checkout) == first | {"RONDE_DOMAIN": "ronde.example.org", "OWN": "kept"}


def test_every_secret_has_a_line_that_explains_it_and_only_its_owner_gets_in(checkout: Path) -> None:
    make_env(checkout)
    lines = [line for line in (checkout / ".env").read_text().splitlines() if line]
    for before, line in pairwise(lines[1:]):
        assert line.startswith("#") or before.startswith("# "), line
    assert stat.S_IMODE((checkout / ".env").stat().st_mode) == 0o600
    assert stat.S_IMODE((checkout / ".secrets").stat().st_mode) == 0o700
    told = make_env(checkout)
    assert told["BOOKING_DATABASE"] in (checkout / ".secrets" / "booking_database_url").read_text()
    keys = (checkout / ".secrets" / "keys.json").read_text()
    assert told["RELAIS_KEY"] not in keys  # its hash is


def test_one_service_alone_on_a_bus_elsewhere_and_it_stays_so(checkout: Path) -> None:
    told = make_env(checkout, "--alone", "notify", "--amqp", "amqp://notify:x@bus.example.org/")
    assert told["COMPOSE_FILE"] == "services/notify/compose.yml"
    assert make_env(checkout) == told
    assert (checkout / ".secrets" / "notify_amqp_url").read_text() == "amqp://notify:x@bus.example.org/"
    assert "@notify-db/notify" in (checkout / ".secrets" / "notify_database_url").read_text()


@pytest.mark.broker
@pytest.mark.database
async def test_prepared_twice_is_prepared_once(stack: Addresses, amqp: Amqp, tmp_path: Path, house_file: Path) -> None:
    """The roles are of this test; the broker's users have the passwords that all tests give them."""
    names = ("prepared-a", "prepared-b")
    known = {
        "postgres": stack.postgres,
        "management": amqp.management,
        "broker": passwords_for_tests(),
        "databases": dict.fromkeys(names, "secret"),
    }
    file = tmp_path / "passwords.json"
    file.write_text(json.dumps(known))
    words = [str(one) for one in (RONDE, "servers", "prepare", "--house", house_file, "--passwords", file)]
    try:
        for _ in range(2):
            done = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            assert "secret" not in done.stdout.replace(str(tmp_path), "")
        own = dsn(stack.database_url("prepared-a", "prepared-a", "secret"))
        await (await asyncpg.connect(own)).close()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(dsn(stack.database_url("prepared-b", "prepared-a", "secret")))
    finally:
        for name in names:
            drop_database(stack.postgres, name)
