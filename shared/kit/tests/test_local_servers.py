"""Our own servers: they keep what they were given, can be hurt and come back, and end with whoever started them."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import aio_pika
import asyncpg
import psutil
import pytest
from ronde.local import hold, postgres, servers, ways
from ronde.local.addresses import Addresses
from ronde.local.databases import drop_database, dsn, ensure_database
from ronde.local.given import GivenPostgres, GivenRabbitMQ
from ronde.local.postgres import PrivatePostgres, socket_directory
from ronde.local.process import CannotStart, Child, free_port, require_free, sweep
from ronde.testing import OwnBroker


async def fetch(url: str, statement: str) -> object:
    connection = await asyncpg.connect(dsn(url), timeout=5)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.mark.database
async def test_postgres_keeps_its_rows_over_a_stop_and_a_kill(own_postgres: PrivatePostgres) -> None:
    await fetch(own_postgres.url(), "CREATE TABLE kept AS SELECT 1 AS n")
    own_postgres.stop()
    own_postgres.start()
    own_postgres.kill()
    own_postgres.start()
    assert await fetch(own_postgres.url(), "SELECT n FROM kept") == 1


@pytest.mark.database
async def test_a_frozen_postgres_does_not_answer_until_it_thaws(own_postgres: PrivatePostgres) -> None:
    own_postgres.freeze()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await fetch(own_postgres.url(), "SELECT 1")
    own_postgres.thaw()
    assert await fetch(own_postgres.url(), "SELECT 1") == 1


@pytest.mark.database
async def test_each_service_gets_into_its_own_database_only(own_postgres: PrivatePostgres) -> None:
    for name in ("booking", "notify"):
        ensure_database(own_postgres.url(), name, name, "it's a secret")
        ensure_database(own_postgres.url(), name, name, "it's a secret")
    assert await fetch(own_postgres.url("booking", "it's a secret", "booking"), "SELECT current_user") == "booking"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await fetch(own_postgres.url("notify", "it's a secret", "booking"), "SELECT 1")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await fetch(own_postgres.url("booking", "guess", "booking"), "SELECT 1")
    drop_database(own_postgres.url(), "booking")


@pytest.mark.database
async def test_a_deep_folder_has_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    server = PrivatePostgres(deep, "secret", durable=False)
    server.start()
    try:
        assert await fetch(server.url(), "SELECT 1") == 1
    finally:
        server.stop()
    assert not socket_directory(deep).exists()


@pytest.mark.database
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_plain_user_may_start_postgres_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 65534, 65534)
    program = f"""
        from pathlib import Path
        from ronde.local.postgres import PrivatePostgres
        server = PrivatePostgres(Path({str(home)!r}), "secret", durable=False)
        server.start(); server.stop()
    """
    # The capability is for this checkout, which may be closed to others; who may start Postgres is about the uid.
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    done = subprocess.run(
        [*nobody, *postgres.KEY, sys.executable, "-c", textwrap.dedent(program)],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (home / "postgres").stat().st_uid == 65534


@pytest.mark.database
@pytest.mark.skipif(os.geteuid() != 0, reason="for others all doors are the same")
async def test_a_checkout_in_roots_own_folder_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = postgres.binaries().parents[1]
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(wheel / "pginstall18", closed / wheel.name / "pginstall18")
    shutil.copytree(wheel.with_name(f"{wheel.name}.libs"), closed / f"{wheel.name}.libs")
    monkeypatch.setattr(postgres, "binaries", lambda: closed / wheel.name / "pginstall18" / "bin")
    server = PrivatePostgres(closed, "secret", durable=False)
    server.start()
    try:
        assert await fetch(server.url(), "SELECT 1") == 1
    finally:
        server.stop()


@pytest.mark.faults
@pytest.mark.timeout(120)
async def test_a_broker_can_be_hurt_and_comes_back(own_broker: OwnBroker) -> None:
    """One broker, all that tests do to it: starting one takes long."""
    amqp, server = own_broker.amqp, own_broker.server
    kept = await amqp.listen("booking.#")

    async def say() -> None:
        async with asyncio.timeout(2), await aio_pika.connect(amqp.url("booking")) as connection:
            exchange = await (await connection.channel()).get_exchange("ronde.events", ensure=False)
            durable = aio_pika.DeliveryMode.PERSISTENT
            await exchange.publish(aio_pika.Message(b"x", delivery_mode=durable), "booking.something.happened.v1")

    await say()
    server.rabbitmqctl("set_vm_memory_high_watermark", "0.0000001")
    with pytest.raises(TimeoutError):
        await say()
    server.rabbitmqctl("set_vm_memory_high_watermark", "0.4")
    server.freeze()
    with pytest.raises(TimeoutError):
        await say()
    server.thaw()
    server.kill()
    server.start()
    await say()
    assert await amqp.depth(kept) >= 2


@pytest.mark.faults
@pytest.mark.timeout(120)
def test_shared_servers_live_as_long_as_somebody_holds_them(tmp_path: Path) -> None:
    first = hold.join(tmp_path)
    pids = [int(psutil.Process(p).pid) for p in _pids(tmp_path)]
    second = hold.join(tmp_path)
    assert second.addresses == first.addresses
    first.release()
    time.sleep(hold.LINGER + 0.5)  # longer than they would live without the second
    assert all(psutil.pid_exists(pid) for pid in pids)
    second.release()
    psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=30)
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not (tmp_path / "postgres").exists() or _gone_soon(tmp_path / "postgres")


def _pids(directory: Path) -> list[int]:
    return [int(file.read_text().split('"pid": ')[1].split(",")[0]) for file in (directory / "run").glob("*.pid")]


def _gone_soon(path: Path) -> bool:
    deadline = time.monotonic() + 10
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not path.exists()


def test_a_taken_port_is_named_with_the_remedy() -> None:
    port = free_port()
    with asyncio.Runner() as runner:
        server = runner.run(asyncio.start_server(lambda *_: None, "127.0.0.1", port))
        with pytest.raises(CannotStart, match=f"Port {port}, wanted for booking, is taken.*choose another"):
            require_free({"booking": port}, "choose another.")
        server.close()


def test_the_sweep_ends_what_was_left_and_nobody_else(tmp_path: Path) -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    ours = Child("ours", sleep, run=tmp_path, log=tmp_path / "log")
    ours.launch()
    with subprocess.Popen(sleep) as other:
        # a pid file of long ago, whose number belongs to another program by now
        (tmp_path / "reused.pid").write_text(f'{{"pid": {other.pid}, "born": 1.0, "stop": 15}}')
        (tmp_path / "gone.pid").write_text('{"pid": 4194300, "born": 1.0, "stop": 15}')
        assert sweep(tmp_path) == ["ours"]
        assert other.poll() is None
        other.kill()
    assert not ours.running
    assert list(tmp_path.glob("*.pid")) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_children_end_with_a_killed_parent(tmp_path: Path) -> None:
    program = f"""
        import sys, time
        from pathlib import Path
        from ronde.local.process import Child
        here = Path({str(tmp_path)!r})
        child = Child("child", [sys.executable, "-c", "import time; time.sleep(60)"], run=here, log=here / "log")
        child.launch()
        print(child.pid, flush=True)
        time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
    assert psutil.wait_procs([child], timeout=10)[1] == []


def test_what_does_not_start_says_why(tmp_path: Path) -> None:
    child = Child(
        "booking", ["/bin/sh", "-c", "echo the house file is missing; exit 3"], run=tmp_path, log=tmp_path / "log"
    )
    child.launch()
    with pytest.raises(CannotStart, match="booking stopped while starting: the house file is missing"):
        child.wait_until(lambda: False, 10)
    child.stop()


def test_what_never_answers_is_not_waited_for(tmp_path: Path) -> None:
    child = Child("booking", [sys.executable, "-c", "import time; time.sleep(60)"], run=tmp_path, log=tmp_path / "log")
    child.launch()
    with pytest.raises(CannotStart, match="no answer within 0 s"):
        child.wait_until(lambda: False, 0.1)
    child.kill()


@pytest.mark.parametrize("url", ["http://x", "amqp+srv://x"])
def test_a_given_broker_has_an_amqp_url(url: str) -> None:
    with pytest.raises(CannotStart, match="RONDE_AMQP_URL should begin with amqp://"):
        GivenRabbitMQ(url)


def test_given_servers_that_do_not_answer_are_told_in_one_sentence() -> None:
    with pytest.raises(CannotStart, match="RONDE_RABBITMQ_MANAGEMENT_URL"):
        GivenRabbitMQ("amqp://a:b@127.0.0.1/", f"http://127.0.0.1:{free_port()}").wait()
    with pytest.raises(CannotStart, match="RONDE_POSTGRES_URL refused"):
        GivenPostgres(f"postgresql://a:b@127.0.0.1:{free_port()}/x").wait()
    with pytest.raises(CannotStart, match="should begin with postgresql://"):
        GivenPostgres("mysql://x")


def test_a_given_broker_keeps_the_vhost_of_its_url() -> None:
    assert GivenRabbitMQ("amqp://a:b@h/house").vhost == "house"
    assert GivenRabbitMQ("amqp://a:b@h").vhost == "/"
    assert GivenRabbitMQ("amqp://a:b@h").management_url == "http://a:b@h:15672"


@pytest.mark.broker
def test_given_servers_are_used_and_left_running(
    stack: Addresses, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RONDE_POSTGRES_URL", stack.postgres)
    monkeypatch.setenv("RONDE_AMQP_URL", stack.amqp)
    monkeypatch.setenv("RONDE_RABBITMQ_MANAGEMENT_URL", stack.management)
    given = servers.start(tmp_path, "unused")
    given.stop()
    servers.start(tmp_path, "unused").stop()
    assert not list((tmp_path).glob("run/*"))


def test_an_unknown_way_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONDE_SERVERS", "podman")
    with pytest.raises(CannotStart, match="`docker` or `local`"):
        ways.forced()
