"""Bounces: a mail server's report on a message that it took and could not deliver (RFC 3464).

The server that gets our bounces POSTs them as they are to /receipts/<name>?token=…, as a pipe in its aliases does:
`bounces: "|curl -s --data-binary @- https://…"`. The Message-ID in the report is our message's id.
"""

import re
from email import message_from_bytes, policy
from email.message import Message
from uuid import UUID

from notify.providers import Arrived, Receipt
from notify.providers.webhook import check_token, uuid_or_none

OUR_ID = re.compile(r"<([0-9a-f-]{36})@")
CODES = {"5.1": "unknown-recipient", "5.2": "mailbox-full", "5.4": "unreachable", "5.7": "refused-as-spam"}
LASTING = {"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}
"""There is no such mailbox or domain, or it was closed."""


def receipts(arrived: Arrived, secret: str) -> list[Receipt]:
    """What failed for good or was delivered; a delay is not told."""
    check_token(arrived, secret)
    report = message_from_bytes(arrived.body, policy=policy.default)
    if report.get_content_type() != "multipart/report" or (id := _ours(report)) is None:
        return []
    found = []
    for block in (block for part in report.walk() for block in _blocks(part)):
        action, status = str(block.get("Action", "")).strip().lower(), str(block.get("Status", "")).split(" ")[0]
        if action == "delivered":
            found.append(Receipt("delivered", reference=id))
        elif action == "failed":
            code = CODES.get(status[:3], "undeliverable")
            found.append(Receipt("undeliverable", reference=id, code=code, lasting=status in LASTING))
    return found[:1]  # each of our e-mails has one recipient


def _blocks(part: Message) -> list[Message]:
    """The groups of fields of a message/delivery-status."""
    payload = part.get_payload() if part.get_content_type() == "message/delivery-status" else []
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _ours(report: Message) -> UUID | None:
    """From the original's headers, which the report has at its end."""
    for part in report.walk():
        if part.get_content_type() == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            words = headers.decode("ascii", "replace") if isinstance(headers, bytes) else ""
        else:
            words = f"Message-ID: {part.get('Message-ID', '')}" if part is not report else ""
        for line in re.findall(r"(?im)^message-id:(.*)$", words):
            if ours := OUR_ID.search(line):
                return uuid_or_none(ours[1])
    return None
