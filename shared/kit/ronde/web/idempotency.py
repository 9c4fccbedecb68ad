"""E-mail by SMTP, one connection a message. What fails before the text is handed over has surely not left."""

import email.policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

import aiosmtplib
from ronde.clock import now

from notify.providers import Letter, NotNow, Outcome, Rejected, Taken, Unknown

POLICY = email.policy.SMTP.clone(cte_type="7bit")


class Smtp:
    """One server. `name` is who the e-mail says it is from, `sender` its address."""

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
    ) -> None:
        self._host = host
        self._port = port
        self._security = security
        self._user = user
        self._password = password
        self._name = name
        self._sender = sender
        self._timeout = timeout

    async def send(self, letter: Letter) -> Outcome:
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            timeout=self._timeout,
        )
        try:
            body = compose(letter, name=self._name, sender=self._sender)
            letter.to.encode("ascii")
        except ValueError:
            return Rejected("bad-address")
        try:
            return await self._converse(client, letter.to, body)
        finally:
            client.close()

    async def _converse(self, client: aiosmtplib.SMTP, to: str, body: bytes) -> Outcome:
        try:
            await client.connect()
            await client.mail(self._sender)
            await client.rcpt(to)
        except aiosmtplib.SMTPRecipientRefused as error:
            return _refused(error.code)
        except (aiosmtplib.SMTPException, OSError) as error:
            # a refused sign-in or sender is ours to mend: the family's message is not at fault
            return NotNow(_why(error))
        try:
            await client.data(body)
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error.code)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Unknown(_why(error))
        return Taken(None)

    async def find(self, reference: UUID) -> Outcome:  # noqa: ARG002
        return Unknown("smtp-cannot-say")

    async def close(self) -> None:
        """Nothing is kept open."""


def compose(letter: Letter, *, name: str, sender: str) -> bytes:
    """The e-mail as it goes over the wire. The message's id makes its Message-ID: a double is seen as one."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address(name, addr_spec=sender)
    mail["To"] = Address(addr_spec=letter.to)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(now())
    mail["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    mail["Content-Language"] = letter.language  # last: the contents take every Content-… header with them
    return mail.as_bytes()


def _refused(code: int) -> Outcome:
    return NotNow(f"smtp-{code}") if 400 <= code < 500 else Rejected("refused-by-provider")


def _why(error: Exception) -> str:
    """Never the server's words: they quote the address."""
    code = getattr(error, "code", None)
    return f"smtp-{code}" if isinstance(code, int) else type(error).__name__
