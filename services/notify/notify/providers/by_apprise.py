"""Everything else that apprise knows. It blocks, so it runs in a thread; it gives no id, so nothing is heard later.

A new instance for each message: one that is kept sleeps for seconds between two of them.
"""

import asyncio
import logging
from typing import Any
from urllib.parse import quote

from notify.providers import Carrier, Letter, Outcome, Taken, Unknown

# It writes the recipients into its log.
logging.getLogger("apprise").disabled = True


class AppriseCarrier(Carrier):
    """`url` is apprise's, with `{to}` where the address goes: `vonage://key:secret@Ronde/{to}`.

    Raises ValueError when apprise cannot make anything of it.
    """

    def __init__(self, url: str, *, timeout: float) -> None:
        self._url = url
        self._timeout = timeout
        self._account("+33612345678")  # loads its hundred modules now, not while the first message waits

    async def send(self, letter: Letter) -> Outcome:
        try:
            async with asyncio.timeout(self._timeout):
                said_yes = await asyncio.to_thread(self._notify, letter)
        except TimeoutError:
            return Unknown("TimeoutError")
        # Its "no" may be a timeout as well as a refusal: it does not say which.
        return Taken(None) if said_yes else Unknown("apprise-said-no")

    def _notify(self, letter: Letter) -> bool:
        return bool(self._account(letter.to).notify(body=letter.text, title=letter.subject, body_format="text"))

    def _account(self, to: str) -> Any:
        import apprise  # half a second, that most houses do not need

        account = apprise.Apprise()
        if not account.add(self._url.replace("{to}", quote(to, safe="@"))):
            raise ValueError("apprise makes nothing of this address: see its list of services")
        return account
