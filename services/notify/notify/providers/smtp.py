"""E-mail by SMTP, over a few kept connections. What fails before the text is handed over has surely not left."""

import asyncio
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib
from ronde.clock import now

from notify.providers import Carrier, Letter, NotNow, Outcome, Rejected, Taken, Unknown

POLICY = email.policy.SMTP.clone(cte_type="7bit")
CLOSING = 421
"""The server itself goes away, whatever it was asked."""
KEPT_FOR = 30.0
"""Seconds without a message after which a connection is opened anew: servers close idle ones, some of them silently."""


class Smtp(Carrier):
    """One server. `name` is who the e-mail says it is from, `sender` its address; `connections` at most."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: str,
        user: str | None,
        password: str | None,
        name: str,
        sender: str,
        timeout: float,
        connections: int = 4,
    ) -> None:
        self._host = host
        self._port = port
        self._security = security
        self._user = user
        self._password = password
        self._name = name
        self._sender = sender
        self._timeout = timeout
        self._turns = asyncio.Semaphore(connections)
        self._idle: list[tuple[float, aiosmtplib.SMTP]] = []

    async def send(self, letter: Letter) -> Outcome:
        try:
            body = compose(letter, name=self._name, sender=self._sender)
            letter.to.encode("ascii")
        except ValueError:
            return Rejected("bad-address", lasting=True)
        async with self._client() as client:
            try:
                await self._begin(client)
                await client.rcpt(letter.to)
            except aiosmtplib.SMTPRecipientRefused as error:
                return await self._refused(client, error)
            except (aiosmtplib.SMTPException, OSError) as error:
                # a refused sign-in or sender is ours to mend: the family's message is not at fault
                client.close()
                return NotNow(_why(error))
            try:
                await client.data(body)
            except aiosmtplib.SMTPResponseException as error:
                return await self._refused(client, error)
            except (aiosmtplib.SMTPException, OSError) as error:
                client.close()
                return Unknown(_why(error))
            return Taken(None)

    async def close(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """A connection for one message alone. It is kept when its conversation came to an end."""
        async with self._turns:
            client = self._kept() or aiosmtplib.SMTP(
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._security == "tls",
                start_tls=self._security == "starttls",
                timeout=self._timeout,
            )
            whole = False
            try:
                yield client
                whole = client.is_connected
            finally:
                if whole:
                    self._idle.append((asyncio.get_running_loop().time(), client))
                else:
                    client.close()

    def _kept(self) -> aiosmtplib.SMTP | None:
        at = asyncio.get_running_loop().time()
        while self._idle:
            since, client = self._idle.pop()
            if client.is_connected and at - since < KEPT_FOR:
                return client
            client.close()
        return None

    async def _begin(self, client: aiosmtplib.SMTP) -> None:
        """MAIL FROM, on a connection that may have died since its last message."""
        if client.is_connected:
            try:
                await client.mail(self._sender)
                return
            except (aiosmtplib.SMTPException, OSError) as error:
                if isinstance(error, aiosmtplib.SMTPSenderRefused) and error.code != CLOSING:
                    raise
                client.close()
        await client.connect()
        await client.mail(self._sender)

    async def _refused(self, client: aiosmtplib.SMTP, error: aiosmtplib.SMTPResponseException) -> Outcome:
        """4xx: their mailbox is full, or wants us to come again. 5xx: for ever, and lasting when it is the address."""
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            client.close()
        if 400 <= error.code < 500:
            return NotNow(f"smtp-{error.code}", recipient=error.code != CLOSING)
        # 5.7.x is about us or about what we write, whatever the step: another message may be taken
        lasting = isinstance(error, aiosmtplib.SMTPRecipientRefused) and not error.message.startswith("5.7.")
        return Rejected("refused-by-provider", lasting=lasting)


def compose(letter: Letter, *, name: str, sender: str) -> bytes:
    """The e-mail as it goes over the wire. The message's id makes its Message-ID: a double is seen as one."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address(name, addr_spec=sender)
    mail["To"] = Address(addr_spec=letter.to)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(now())
    mail["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if letter.one_click:
        mail["List-Unsubscribe"] = f"<{letter.one_click}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    for invitation in letter.invitations:
        mail.add_attachment(
            invitation.content,
            subtype="calendar",
            params={"method": invitation.method},
            filename="ronde.ics",
        )
    mail["Content-Language"] = letter.language  # last: the contents take every Content-… header with them
    return mail.as_bytes()


def _why(error: Exception) -> str:
    """Never the server's words: they quote the address."""
    code = getattr(error, "code", None)
    return f"smtp-{code}" if isinstance(code, int) else type(error).__name__
