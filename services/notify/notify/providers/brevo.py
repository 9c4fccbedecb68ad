"""SMS by Brevo: an API key; our reference is the message's tag, and comes back in the address of its receipts.

Its statistics lag behind: what they know of was taken, what they do not know of may have been.
"""

from urllib.parse import urlencode
from uuid import UUID

import httpx

from notify.gsm import in_gsm
from notify.providers import Arrived, Letter, Outcome, Receipt, Taken, Unknown
from notify.providers.http import HttpCarrier, read
from notify.providers.webhook import as_json, check_token, slug, uuid_or_none

URL = "https://api.brevo.com/v3/transactionalSMS"
FAILED = {"hardbounce", "softbounce", "rejected", "blocked", "blacklisted", "unsubscribed", "skip"}
LASTING = {"hardbounce", "blacklisted"}


class BrevoSms(HttpCarrier):
    """`webhook`: the address for receipts, our token in it; empty for none."""

    def __init__(self, *, key: str, sender: str, webhook: str, timeout: float, url: str = URL) -> None:
        super().__init__(url, timeout=timeout, headers={"api-key": key})
        self._sender = sender
        self._webhook = webhook

    async def send(self, letter: Letter) -> Outcome:
        body = {
            "type": "transactional",
            "sender": self._sender,
            "recipient": letter.to.removeprefix("+"),
            "content": letter.text,
            "unicodeEnabled": not in_gsm(letter.text),
            "tag": str(letter.id),
        }
        if self._webhook:
            body["webUrl"] = f"{self._webhook}&{urlencode({'reference': letter.id})}"
        request = self._client.build_request("POST", f"{self._url}/send", json=body)
        return await self.hand_over(request, lambda said: said["messageId"])

    async def find(self, reference: UUID) -> Outcome:
        asked: dict[str, str | int] = {"tags": str(reference), "limit": 1}
        answer = await self.ask(self._client.build_request("GET", f"{self._url}/statistics/events", params=asked))
        if not isinstance(answer, httpx.Response):
            return Unknown(answer.why)
        id = read(answer, lambda said: said["events"][0]["messageId"]) if answer.is_success else None
        return Unknown("not-seen") if id is None else Taken(id)


def receipts(arrived: Arrived, secret: str) -> list[Receipt]:
    """{messageId, msg_status}, at the address that went with the message; its `description` may quote a number."""
    check_token(arrived, secret)
    said = as_json(arrived)
    status = slug(said.get("msg_status"), "").replace("-", "")
    id = str(said["messageId"]) if said.get("messageId") else None
    reference = uuid_or_none(arrived.query.get("reference"))
    if status == "delivered":
        return [Receipt("delivered", id, reference)]
    if status not in FAILED:
        return []
    return [Receipt("undeliverable", id, reference, status, lasting=status in LASTING)]
