"""SMS by OVHcloud: signed requests; the tag of a job is our reference, by which it is also looked up.

Receipts come by GET to the address that is set as the account's callback; they cannot be signed, so the address has
our token in it.
"""

import hashlib
from urllib.parse import quote
from uuid import UUID

import httpx
import orjson
from ronde.clock import now

from notify.gsm import in_gsm
from notify.providers import Arrived, Letter, NotNow, Outcome, Receipt, Rejected, Taken, Unknown
from notify.providers.http import HttpCarrier, read
from notify.providers.webhook import check_token, slug

URL = "https://eu.api.ovh.com/1.0"
PTT_DELIVERED, PTT_ON_ITS_WAY, PTT_NO_SUCH_NUMBER = "4", {"1", "2", "3"}, "23"
DLR_DELIVERED, DLR_ON_ITS_WAY = "1", {"0", "4", "8"}
"""What its receipts say twice: `ptt`, the network's own code, and `description`, OVH's summary of it."""


class OvhSms(HttpCarrier):
    """One SMS service (`sms-ab12345-1`) and the application that may use it."""

    def __init__(
        self, *, service: str, key: str, secret: str, consumer: str, sender: str, timeout: float, url: str = URL
    ) -> None:
        super().__init__(f"{url.rstrip('/')}/sms/{quote(service)}", timeout=timeout)
        self._key = key
        self._secret = secret
        self._consumer = consumer
        self._sender = sender

    async def send(self, letter: Letter) -> Outcome:
        body = {
            "message": letter.text,
            "receivers": [letter.to],
            "sender": self._sender,
            "noStopClause": True,  # with it, nothing would leave at night or on a Sunday
            "priority": "high",
            "coding": "7bit" if in_gsm(letter.text) else "8bit",
            "charset": "UTF-8",
            "tag": str(letter.id),
        }
        request = self._signed("POST", "/jobs", body)
        # 200 with an empty list of ids: the number was not accepted, and nothing is paid for
        outcome = await self.hand_over(request, lambda said: said["ids"][0] if said["ids"] else "")
        return Rejected("refused-by-provider", lasting=True) if outcome == Taken("") else outcome

    async def find(self, reference: UUID) -> Outcome:
        answer = await self.ask(self._signed("GET", f"/outgoing?tag={reference}"))
        if not isinstance(answer, httpx.Response):
            return Unknown(answer.why)
        if not answer.is_success:
            return Unknown(f"http-{answer.status_code}")
        id = read(answer, lambda said: said[0])
        return NotNow("not-taken") if id is None else Taken(id)

    def _signed(self, method: str, path: str, body: object = None) -> httpx.Request:
        """$1$ and the SHA-1 of secret, consumer key, method, address, body and time, joined by plus signs."""
        content = orjson.dumps(body) if body is not None else b""
        at, url = str(int(now().timestamp())), f"{self._url}{path}"
        signed = "+".join((self._secret, self._consumer, method, url, content.decode(), at))
        headers = {
            "Content-Type": "application/json",
            "X-Ovh-Application": self._key,
            "X-Ovh-Consumer": self._consumer,
            "X-Ovh-Timestamp": at,
            "X-Ovh-Signature": "$1$" + hashlib.sha1(signed.encode()).hexdigest(),  # noqa: S324 - theirs to choose
        }
        return self._client.build_request(method, url, content=content, headers=headers)


def receipts(arrived: Arrived, secret: str) -> list[Receipt]:
    """`?id=&ptt=&description=`; the words that come with it (descriptionDlr) may quote a number and are not read."""
    check_token(arrived, secret)
    id, ptt, summary = (arrived.query.get(name, "") for name in ("id", "ptt", "description"))
    if not id or ptt in PTT_ON_ITS_WAY or (ptt != PTT_DELIVERED and summary in DLR_ON_ITS_WAY):
        return []
    if ptt == PTT_DELIVERED or summary == DLR_DELIVERED:
        return [Receipt("delivered", id)]
    code = f"ptt-{slug(ptt, 'none')[:8]}"
    return [Receipt("undeliverable", id, code=code, lasting=ptt == PTT_NO_SUCH_NUMBER)]
