"""The SMTP side: a real server that takes every e-mail, one message per recipient."""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from .answers import Answers
from .box import Attachment, Box, Message

LIMIT = 10 * 1024 * 1024
SHOWN = (
    "Date",
    "Message-ID",
    "Reply-To",
    "Content-Language",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
)


class Mailbox:
    """aiosmtpd's handler: its method names are the library's."""

    def __init__(self, box: Box, answers: Answers) -> None:
        self._box = box
        self._answers = answers

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answers.look(address)
        if answer.refuses and answer.at == "rcpt":
            await self._answers.take(address)
            return f"{answer.code} refused by the catcher, as told"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        parsed = message_from_bytes(content, policy=policy.default)
        code: int | None = None
        for address in envelope.rcpt_tos:
            answer = self._answers.look(address)
            if answer.kept or not answer.refuses:
                self._box.add(read(parsed, address, envelope.mail_from or ""))
            taken = await self._answers.take(address)
            code = taken.code if taken.refuses else code
        return f"{code} refused by the catcher, as told" if code else "250 taken"


def read(mail: EmailMessage, to: str, envelope_from: str) -> Message:
    """The e-mail as its reader sees it. What cannot be decoded shows as such, nothing is lost for a bad charset."""
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return Message(
        kind="mail",
        to=to,
        sender=str(mail["From"] or envelope_from),
        subject=str(mail["Subject"] or ""),
        text=_text(text) if text else "",
        html=_text(html) if html else "",
        headers={name: str(mail[name]) for name in SHOWN if mail[name]},
        attachments=[_attachment(part) for part in mail.iter_attachments() if isinstance(part, EmailMessage)],
    )


def _text(part: Any) -> str:
    payload: bytes = part.get_payload(decode=True) or b""
    try:
        return payload.decode(part.get_content_charset("utf-8"), errors="replace").replace("\r\n", "\n")
    except LookupError:
        return payload.decode("utf-8", errors="replace")


def _attachment(part: EmailMessage) -> Attachment:
    payload = part.get_payload(decode=True)
    size = len(payload) if isinstance(payload, bytes) else 0
    textual = part.get_content_maintype() == "text"
    return Attachment(
        name=part.get_filename() or "?", type=part.get_content_type(), size=size, text=_text(part) if textual else None
    )


async def listen(box: Box, answers: Answers, host: str, port: int) -> asyncio.Server:
    """The SMTP server, listening in this event loop."""
    loop = asyncio.get_running_loop()
    handler = Mailbox(box, answers)
    return await loop.create_server(
        lambda: SMTP(
            handler, data_size_limit=LIMIT, enable_SMTPUTF8=True, hostname="catcher", ident="catcher", loop=loop
        ),
        host,
        port,
    )
