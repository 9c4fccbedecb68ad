"""One pair of servers shared by several test processes, alive as long as one of them wants it.

`python -m ronde.local.hold DIR` starts the servers, writes DIR/hold.json when they are ready, and stops them when
nobody has a share in DIR/lease any more. Shares are file locks, which the kernel gives back for a process that was
killed; so no count can go wrong.
"""

import fcntl
import json
import os
import secrets
import shutil
import signal
import sys
import time
from io import TextIOWrapper
from pathlib import Path

from ronde.local.addresses import Addresses
from ronde.local.process import CannotStart, sweep
from ronde.local.servers import start

LINGER = float(os.environ.get("RONDE_TEST_LINGER", "1"))
"""Seconds that the servers outlive their last user; more of it spares the start to whoever runs tests often."""


class Lease:
    """A share in the servers; `release()` gives it back."""

    def __init__(self, share: TextIOWrapper, addresses: Addresses) -> None:
        self._share, self.addresses = share, addresses

    def release(self) -> None:
        self._share.close()


def join(directory: Path, seconds: float = 120) -> Lease:
    """A share in the servers of `directory`, started if nobody holds them yet. Raises CannotStart."""
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    ready = directory / "hold.json"
    with (directory / "join.lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        share = (directory / "lease").open("w")
        fcntl.flock(share, fcntl.LOCK_SH)  # waits while an earlier holder is stopping
        try:
            if not _held(directory):
                ready.unlink(missing_ok=True)
                _spawn_holder(directory)
            deadline = time.monotonic() + seconds
            while not ready.exists():
                if time.monotonic() > deadline:
                    raise CannotStart(f"The test servers did not start; {directory}/logs/hold.log tells why.")
                time.sleep(0.05)
            answer: dict[str, str] = json.loads(ready.read_text())
            if "problem" in answer:
                raise CannotStart(answer["problem"])
            addresses = Addresses(answer["postgres"], answer["amqp"], answer["management"])
        except BaseException:
            share.close()
            raise
    return Lease(share, addresses)


def _held(directory: Path) -> bool:
    with (directory / "holder.lock").open("w") as holder:
        try:
            fcntl.flock(holder, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _spawn_holder(directory: Path) -> None:
    (directory / "logs").mkdir(exist_ok=True)
    log = os.open(directory / "logs" / "hold.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.posix_spawn(  # not Popen: it outlives us when others still test
        sys.executable,
        [sys.executable, "-m", "ronde.local.hold", str(directory)],
        os.environ,
        setsid=True,  # a Ctrl-C in the terminal stops the tests, and their end stops the servers
        file_actions=[(os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)],
    )
    os.close(log)


def hold(directory: Path) -> None:
    """Start, tell, wait until nobody has a share, stop. A fresh pair each time: tests leave nothing to the next."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ready = directory / "hold.json"
    with (directory / "holder.lock").open("w") as holder, (directory / "lease").open("w") as lease:
        fcntl.flock(holder, fcntl.LOCK_EX)
        try:
            sweep(directory / "run")
            _wipe(directory)
            servers = start(directory, secrets.token_hex(16), durable=False)
        except CannotStart as problem:
            _tell(ready, {"problem": str(problem)})
            return
        try:
            _tell(ready, servers.addresses.as_dict())
            _until_nobody_wants_it(lease)
        finally:
            ready.unlink(missing_ok=True)
            servers.kill()
            _wipe(directory)


def _tell(ready: Path, answer: dict[str, str]) -> None:
    draft = ready.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(answer))
    draft.rename(ready)


def _until_nobody_wants_it(lease: TextIOWrapper) -> None:
    """Return holding the lease alone, so that a newcomer waits until all is stopped and then starts anew."""
    alone_since: float | None = None
    while alone_since is None or time.monotonic() - alone_since < LINGER:
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            alone_since = None
        else:
            alone_since = alone_since or time.monotonic()
            if time.monotonic() - alone_since >= LINGER:
                return
            fcntl.flock(lease, fcntl.LOCK_UN)
        time.sleep(0.1)


def _wipe(directory: Path) -> None:
    for folder in ("postgres", "pg", "rabbitmq"):
        shutil.rmtree(directory / folder, ignore_errors=True)


if __name__ == "__main__":
    hold(Path(sys.argv[1]))
