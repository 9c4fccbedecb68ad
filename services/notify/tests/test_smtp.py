"""SMTP connections: kept, never shared, told apart from the messages that they carry, and closed to who listens in."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from notify.providers import Letter, NotNow, Rejected, Taken
from notify.providers.smtp import Smtp
from ronde.ids import new_id


@dataclass
class Server:
    """A real one. `answers` by recipient, to RCPT; `conversations`: which connection brought which recipients."""

    answers: dict[str, str] = field(default_factory=dict)
    conversations: list[tuple[Any, list[str]]] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)
    port: int = 0

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.connections.add(server.transport)
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(0.01)
        self.conversations.append((session.peer, list(envelope.rcpt_tos)))
        return "250 taken"

    def hang_up(self) -> None:
        for connection in self.connections:
            connection.abort()


@asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[Server]:
    handler, loop = Server(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop, hostname="test", **options), "127.0.0.1", 0)
    handler.port = server.sockets[0].getsockname()[1]
    yield handler
    server.close()


@asynccontextmanager
async def client(server: Server, security: str = "none", connections: int = 3) -> AsyncIterator[Smtp]:
    smtp = Smtp(
        "localhost",
        server.port,
        security=security,
        user=None,
        password=None,
        name="Maison",
        sender="ronde@example.org",
        timeout=1,
        connections=connections,
    )
    yield smtp
    await smtp.close()


def letter(to: str = "famille@example.org") -> Letter:
    return Letter(new_id(), to, "fr", "Bonjour", "Une place", "<p>Bonjour</p>")


async def test_connections_are_kept_and_carry_one_message_at_a_time() -> None:
    """Two sends on one client mix their recipients: a family would read another's message."""
    async with serving() as server, client(server) as smtp:
        people = [f"famille{n}@example.org" for n in range(12)]
        assert set(await asyncio.gather(*(smtp.send(letter(to)) for to in people))) == {Taken(None)}
        assert await smtp.send(letter()) == Taken(None)
        assert sorted(to for _, [to] in server.conversations) == sorted(["famille@example.org", *people])
        assert len({connection for connection, _ in server.conversations}) == 3


async def test_a_connection_that_the_server_closed_meanwhile_costs_no_message() -> None:
    async with serving() as server, client(server, connections=1) as smtp:
        assert await smtp.send(letter()) == Taken(None)
        server.hang_up()
        await asyncio.sleep(0)
        assert await smtp.send(letter("autre@example.org")) == Taken(None)
        assert [to for _, [to] in server.conversations] == ["famille@example.org", "autre@example.org"]


async def test_a_refusal_leaves_nothing_behind_on_the_connection() -> None:
    async with serving() as server, client(server, connections=1) as smtp:
        server.answers = {
            "inconnue@example.org": "550 5.1.1 no such user",
            "pleine@example.org": "452 4.2.2 mailbox full",
            "fermee@example.org": "550 5.7.1 we do not relay for you",
        }
        assert await smtp.send(letter("inconnue@example.org")) == Rejected("refused-by-provider", lasting=True)
        assert await smtp.send(letter("pleine@example.org")) == NotNow("smtp-452", recipient=True)
        assert await smtp.send(letter("fermee@example.org")) == Rejected("refused-by-provider")
        assert await smtp.send(letter()) == Taken(None)
        assert [to for _, to in server.conversations] == [["famille@example.org"]]
        assert len(server.connections) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For localhost, trusted by nobody yet."""
    openssl, folder = shutil.which("openssl"), tmp_path_factory.mktemp("tls")
    if openssl is None:
        pytest.skip("no openssl on this machine to make a certificate with")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def context(certificate: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return made


async def test_with_starttls_nothing_goes_in_the_clear(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(tls_context=context(certificate), require_starttls=True) as server:
        async with client(server, "starttls") as smtp:
            assert isinstance(await smtp.send(letter()), NotNow), "nobody vouches for this server"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
        async with client(server, "starttls") as smtp:
            assert await smtp.send(letter()) == Taken(None)
        assert len(server.conversations) == 1


async def test_a_server_without_tls_is_not_talked_to_in_the_clear() -> None:
    async with serving() as server, client(server, "starttls") as smtp:
        assert isinstance(await smtp.send(letter()), NotNow)
        assert server.connections == set()
