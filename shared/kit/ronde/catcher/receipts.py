"""What a provider says of an SMS once the phone has it: a signed POST, tried again when nobody answers."""

import asyncio
import hmac
from typing import Literal

import httpx
import orjson

from ronde.tls import trusted

TRIES, PAUSE, TIMEOUT = 5, 1.0, 5.0
Status = Literal["delivered", "undeliverable"]


class Receipts:
    """POSTs {id, reference, status}, with `X-Ronde-Signature: sha256=<HMAC of the body>`. No `url`: to nobody."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret.encode()
        self._saying: set[asyncio.Task[None]] = set()

    def say(self, id: str, reference: str, status: Status) -> None:
        """In the background: who sends the SMS has its answer first."""
        if self._url:
            task = asyncio.create_task(self._say(orjson.dumps({"id": id, "reference": reference, "status": status})))
            self._saying.add(task)
            task.add_done_callback(self._saying.discard)

    async def stop(self) -> None:
        for task in self._saying:
            task.cancel()
        await asyncio.gather(*self._saying, return_exceptions=True)

    async def _say(self, body: bytes) -> None:
        headers = {
            "Content-Type": "application/json",
            "X-Ronde-Signature": "sha256=" + hmac.new(self._secret, body, "sha256").hexdigest(),
        }
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=trusted()) as client:
            for _ in range(TRIES):
                try:
                    if (await client.post(self._url, content=body, headers=headers)).is_success:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(PAUSE)
