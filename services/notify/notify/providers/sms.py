"""SMS by HTTP: POST {to, from, text, reference}; the reference lets the provider drop a double and us look it up."""

from uuid import UUID

import httpx

from notify.providers import Letter, NotNow, Outcome, Rejected, Taken, Unknown

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class HttpSms:
    """One provider's address. `timeout` in seconds, for each step of the conversation."""

    def __init__(self, url: str, *, token: str, sender: str, timeout: float) -> None:
        self._url = url.rstrip("/")
        self._sender = sender
        self._client = httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=timeout, trust_env=False)

    async def send(self, letter: Letter) -> Outcome:
        body = {"to": letter.to, "from": self._sender, "text": letter.text, "reference": str(letter.id)}
        try:
            answer = await self._client.post(self._url, json=body)
        except NEVER_SENT as error:
            return NotNow(type(error).__name__)
        except httpx.HTTPError as error:
            return Unknown(type(error).__name__)
        if answer.is_success:
            return Taken(_id(answer))
        if answer.status_code in (401, 403, 408, 429):  # our account or our pace: the message is not at fault
            return NotNow(f"http-{answer.status_code}")
        if answer.is_client_error:
            return Rejected("refused-by-provider")
        return Unknown(f"http-{answer.status_code}")  # a gateway that gave up waiting answers 502 or 504

    async def find(self, reference: UUID) -> Outcome:
        try:
            answer = await self._client.get(f"{self._url}/{reference}")
        except httpx.HTTPError as error:
            return Unknown(type(error).__name__)
        if answer.is_success:
            return Taken(_id(answer))
        return NotNow("not-taken") if answer.status_code == 404 else Unknown(f"http-{answer.status_code}")

    async def close(self) -> None:
        await self._client.aclose()


def _id(answer: httpx.Response) -> str | None:
    try:
        return str(answer.json()["id"])[:200]
    except (ValueError, KeyError, TypeError):
        return None  # it was taken all the same
