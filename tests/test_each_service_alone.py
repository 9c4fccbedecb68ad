"""Each service is installed in an environment of its own and started with no other service in reach."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from ronde.testing import Amqp
from ronde.tls import trusted

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.timeout(180)]
SERVICES = ("booking", "enrolment", "notify")
UV = Path(sys.executable).with_name("uv")
EXPORT = [str(UV), "export", "-q", "--frozen", "--no-emit-workspace", "--no-dev", "--no-hashes"]


def install(service: str, folder: Path, root: Path) -> Path:
    """A fresh virtual environment with one service in it; its python."""
    subprocess.run([UV, "venv", "-q", "--python", sys.executable, folder], check=True, timeout=60)
    python = folder / "bin" / "python"
    own = [root / "shared" / "contracts", root / "shared" / "kit", root / "services" / service]
    locked = subprocess.run(
        [*EXPORT, "--package", f"ronde-{service}"],
        cwd=root, capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    requirements = folder / "requirements.txt"
    requirements.write_text(locked)
    words = [str(UV), "pip", "install", "-q", "--python", str(python)]
    subprocess.run([*words, "-r", requirements], check=True, timeout=120)
    subprocess.run([*words, "--no-deps", *own], check=True, timeout=120)
    return python


@pytest.mark.parametrize("service", SERVICES)
def test_it_is_installed_imported_and_started_alone(
    service: str, tmp_path: Path, pytestconfig: pytest.Config, amqp: Amqp, database_url: str, house_file: Path
) -> None:
    python = install(service, tmp_path / "venv", pytestconfig.rootpath)
    others = [name for name in SERVICES if name != service]
    seen = subprocess.run(
        [python, "-c", f"import importlib.util as u; print([n for n in {others} if u.find_spec(n)])"],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert seen.stdout.strip() == "[]"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "log"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "RONDE_HOUSE_FILE": str(house_file),
        "RONDE_DATABASE_URL": database_url,
        "RONDE_AMQP_URL": amqp.url(service),
        "RONDE_HTTP_PORT": str(port),
        "RONDE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "RONDE_SECRET": "x" * 32,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [python.with_name(f"ronde-{service}")], cwd=tmp_path, env=environment, stdout=output, stderr=output
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: process.poll() is not None or ready(url), log)
        assert process.poll() is None, log.read_text()
        assert httpx.get(f"{url}/openapi.json", trust_env=False).json()["info"]["title"] == f"Ronde: {service}"
        assert "ronde_outbox_oldest_seconds" in httpx.get(f"{url}/metrics", trust_env=False).text
        assert any(queue.startswith(f"{service}.") for queue in amqp.queues())
    finally:
        process.terminate()
        process.wait(20)
    assert process.returncode in (0, -15), log.read_text()


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", trust_env=False, timeout=5, verify=trusted()).status_code == 200
    except httpx.TransportError:
        return False


def wait_until(condition: Callable[[], bool], log: Path) -> None:
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit, log.read_text()
        time.sleep(0.1)
