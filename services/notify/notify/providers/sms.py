"""SMS by the small protocol of Ronde itself, which the catcher speaks and a gateway in front of a provider may.

POST {to, from, text, reference} with a bearer token gives {id}; the reference lets the provider drop a double and us
look it up. Its receipts are POSTed, signed: {id, reference, status, code, lasting}.
"""

from uuid import UUID

import httpx

from notify.providers import Arrived, Letter, NotNow, Outcome, Receipt, Taken, Unknown
from notify.providers.http import HttpCarrier, read
from notify.providers.webhook import as_json, check_signature, code, uuid_or_none


class HttpSms(HttpCarrier):
    """One gateway's address."""

    def __init__(self, url: str, *, token: str, sender: str, timeout: float) -> None:
        super().__init__(url, timeout=timeout, headers={"Authorization": f"Bearer {token}"} if token else {})
        self._sender = sender

    async def send(self, letter: Letter) -> Outcome:
        body = {"to": letter.to, "from": self._sender, "text": letter.text, "reference": str(letter.id)}
        return await self.hand_over(self._client.build_request("POST", self._url, json=body), lambda said: said["id"])

    async def find(self, reference: UUID) -> Outcome:
        answer = await self.ask(self._client.build_request("GET", f"{self._url}/{reference}"))
        if not isinstance(answer, httpx.Response):
            return Unknown(answer.why)
        if answer.is_success:
            return Taken(read(answer, lambda said: said["id"]))
        return NotNow("not-taken") if answer.status_code == 404 else Unknown(f"http-{answer.status_code}")


def receipts(arrived: Arrived, secret: str) -> list[Receipt]:
    """Raises NotTheirs when X-Ronde-Signature is not `sha256=` and the body's HMAC."""
    check_signature(arrived, secret)
    said = as_json(arrived)
    if said.get("status") not in ("delivered", "undeliverable"):
        return []
    return [
        Receipt(
            said["status"],
            provider_id=str(said["id"]) if said.get("id") else None,
            reference=uuid_or_none(said.get("reference")),
            code=code(said.get("code"), "undeliverable") if said["status"] == "undeliverable" else "",
            lasting=bool(said.get("lasting", False)),
        )
    ]
