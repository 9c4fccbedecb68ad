"""A child process with a log, a pid file and a sure end, whatever becomes of the one who started it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psutil

INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOG_LIMIT = 10_000_000  # bytes


class CannotStart(Exception):
    """One sentence, for a person, that says what is in the way and what to do about it."""


class Child:
    """A server or service of ours: its own session, so that a Ctrl-C in the terminal reaches only the supervisor.

    `log`: where its output goes, at the end of the file; None for our own terminal.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        run: Path,
        log: Path | None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stop_with: signal.Signals = signal.SIGTERM,
        privileges: Sequence[str] = (),
    ) -> None:
        self.name, self.command, self.env, self.cwd = name, list(command), env, cwd
        self.log, self.stop_with, self.privileges = log, stop_with, privileges
        self.pid_file = run / f"{name}.pid"
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start it. Call from the main thread: Linux sends the death signal when the starting *thread* ends."""
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        with holding_signals(), open_log(self.log) as log:
            self._process = subprocess.Popen(  # noqa: S603
                [*_dies_with_us(self.stop_with, self.privileges), *self.command],
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            born = psutil.Process(self._process.pid).create_time()
            self.pid_file.write_text(json.dumps({"pid": self._process.pid, "born": born, "stop": self.stop_with}))

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.name} was not launched")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def returncode(self) -> int | None:
        return self._process.poll() if self._process is not None else None

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Return when `ready()`; CannotStart when the process ends or `seconds` pass before that."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise CannotStart(f"{self.name} stopped while starting: {last_line(self.log)} (see {self.log})")
            if time.monotonic() > deadline:
                raise CannotStart(f"{self.name} gave no answer within {seconds:.0f} s; {self.log} tells why.")
            time.sleep(0.05)

    def ask_to_stop(self) -> None:
        """Send the polite signal and return at once, so that several can stop side by side."""
        if self._process is not None and self.running:
            self.thaw()
            self._process.send_signal(self.stop_with)

    def stop(self, seconds: float = 10) -> None:
        """Ask, wait up to `seconds`, then kill; returns when it is gone."""
        self.ask_to_stop()
        if self._process is not None:
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        self.pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """kill -9 of the process and all that it started."""
        if self._process is not None:
            _kill_tree(self._process.pid)
            self._process.wait(10)
        self.pid_file.unlink(missing_ok=True)

    def freeze(self) -> None:
        """SIGSTOP: the process is there, its connections are open, and nothing answers."""
        for process in _tree(self.pid):
            with suppress(psutil.NoSuchProcess):  # some end while one looks
                process.suspend()

    def thaw(self) -> None:
        for process in _tree(self.pid):
            with suppress(psutil.NoSuchProcess):
                process.resume()


def _dies_with_us(stop_with: signal.Signals, privileges: Sequence[str]) -> list[str]:
    """Linux tells the child when we are gone, kill -9 included; elsewhere the next run's `sweep` does."""
    setpriv = shutil.which("setpriv")
    return [setpriv, f"--pdeathsig={stop_with.name.removeprefix('SIG')}", *privileges] if setpriv else []


def _tree(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kill_tree(pid: int) -> None:
    processes = _tree(pid)
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs([p for p in processes if p.pid != pid], timeout=5)


def sweep(run: Path) -> list[str]:
    """End what a killed earlier run left behind, by its pid files; the names of what was ended."""
    ended = []
    for file in sorted(run.glob("*.pid")):
        with suppress(psutil.NoSuchProcess, KeyError, ValueError):
            note = json.loads(file.read_text())
            process = psutil.Process(note["pid"])
            if abs(process.create_time() - note["born"]) < 2:  # else the number belongs to somebody else by now
                ended.append(file.stem)
                _end(process, note["stop"])
        file.unlink(missing_ok=True)
    return ended


def _end(process: psutil.Process, stop_with: int) -> None:
    family = _tree(process.pid)
    process.resume()
    process.send_signal(stop_with)
    try:
        process.wait(10)
    except psutil.TimeoutExpired:
        _kill_tree(process.pid)
    psutil.wait_procs(family, timeout=5)


@contextmanager
def holding_signals() -> Iterator[None]:
    """Put off Ctrl-C and its like until the end of the block: a child must not start without being noted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda n, _: came.append(n)) for number in INTERRUPTIONS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


@contextmanager
def open_log(path: Path | None) -> Iterator[IO[bytes] | None]:
    """A log to append to, begun anew when it has grown past 10 MB; None for None."""
    if path is None:
        yield None
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.exists() and path.stat().st_size > LOG_LIMIT
    with path.open("wb" if fresh else "ab") as log:
        yield log


def last_line(log: Path | None) -> str:
    """The last line of a log that says something, for the end of a sentence."""
    text = log.read_text(errors="replace") if log is not None and log.exists() else ""
    lines = [line.strip() for line in text.splitlines()[-50:]]
    telling = [line for line in lines if line and not set(line) <= set("=-")]
    return telling[-1][:300] if telling else "its log is empty"


def free_port() -> int:
    """A TCP port of loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def require_free(ports: Mapping[str, int], remedy: str) -> None:
    """CannotStart naming the first port that somebody else holds."""
    for what, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise CannotStart(f"Port {port}, wanted for {what}, is taken by another program: {remedy}") from None


def root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
