"""What SMS by HTTP have in common: one client, and what an answer says of whether the message left."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from notify.providers import Carrier, NotNow, Outcome, Rejected, Taken, Unknown

NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
)
OURS = (401, 402, 403, 408, 429)
"""Our account, our credit or our pace: the message is not at fault, and it did not leave."""

KEPT = 50
"""Connections, all of them kept: more than senders use at once, or they would close and open them all the time."""

ReadId = Callable[[Any], str | None]


class HttpCarrier(Carrier):
    """`timeout` in seconds, for each step of the conversation."""

    def __init__(self, url: str, *, timeout: float, headers: Mapping[str, str] | None = None) -> None:
        self._url = url.rstrip("/")
        self._client = httpx.AsyncClient(
            headers=dict(headers or {}), timeout=timeout, trust_env=False, limits=httpx.Limits(max_connections=KEPT)
        )

    async def ask(self, request: httpx.Request) -> httpx.Response | NotNow | Unknown:
        """The answer; or what its absence says: without a connection nothing left."""
        try:
            return await self._client.send(request)
        except NEVER_SENT as error:
            return NotNow(type(error).__name__)
        except httpx.HTTPError as error:
            return Unknown(type(error).__name__)

    async def hand_over(self, request: httpx.Request, read_id: ReadId) -> Outcome:
        """Send it: the outcome that the answer's status tells. `read_id` finds the provider's id in its JSON."""
        answer = await self.ask(request)
        if not isinstance(answer, httpx.Response):
            return answer
        if answer.is_success:
            return Taken(read(answer, read_id))
        if answer.status_code in OURS:
            return NotNow(f"http-{answer.status_code}")
        if answer.is_client_error:
            return Rejected("refused-by-provider")
        return Unknown(f"http-{answer.status_code}")  # a gateway that gave up waiting answers 502 or 504

    async def close(self) -> None:
        await self._client.aclose()


def read(answer: httpx.Response, read_id: ReadId) -> str | None:
    """The id, at most 200 characters; None when the answer is not as expected: it was taken all the same."""
    try:
        found = read_id(answer.json())
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None
    return str(found)[:200] if found is not None else None
