"""`python -m ronde.local.prepare`: see to it that this machine has servers to start; `make` runs it first.

Only here is anything installed, in the foreground, saying so.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ronde.local import docker, rabbitmq
from ronde.local.process import CannotStart, root
from ronde.local.ways import THREE_WAYS, forced, wants_broker

POLICY = Path("/usr/sbin/policy-rc.d")


def prepare() -> None:
    """Return when `ronde up` and the tests will find a broker. Raises CannotStart."""
    if not wants_broker():
        return
    if forced() != "local" and docker.engine_answers() and docker.has_images(_say):
        return
    try:
        rabbitmq.programs()
    except CannotStart:
        if forced() == "docker" or not (root() and shutil.which("apt-get")):
            raise CannotStart(THREE_WAYS) from None
        _install()


def _install() -> None:
    _say("RabbitMQ is missing: installing Debian's rabbitmq-server with apt-get (about a minute) …")
    quiet_before = POLICY.exists()
    if not quiet_before:
        POLICY.write_text("#!/bin/sh\nexit 101\n")  # Debian starts a service on install; we start our own
        POLICY.chmod(0o755)
    try:
        _apt("update", "-qq")
        _apt("install", "-y", "-qq", "--no-install-recommends", "rabbitmq-server")
    finally:
        if not quiet_before:
            POLICY.unlink(missing_ok=True)
    if Path("/run/systemd/system").exists():
        _run("systemctl", "disable", "--now", "rabbitmq-server", "epmd.socket", "epmd.service")
    rabbitmq.programs()
    _say("RabbitMQ is installed; the system's own rabbitmq-server service was not started.")


def _apt(*words: str) -> None:
    done = _run("apt-get", *words)
    if done.returncode:
        reason = (done.stdout.strip().splitlines() or ["no reason given"])[-1]
        raise CannotStart(f"`apt-get {words[0]}` failed ({reason}). {THREE_WAYS}")


def _run(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [shutil.which(program) or program, *words],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        prepare()
    except CannotStart as problem:
        sys.exit(str(problem))
