"""SMS by SMPP 3.4, on one connection that is opened when first needed and kept; receipts and answers come on it too.

aiosmpplib has a queue and a memory of its own. Here a message waits in neither: what we have given up on may not leave
behind our back, and receipts are matched by the SMS centre's id in our database, where they outlive a restart.
"""

import asyncio
import logging
import re
from contextlib import suppress
from typing import Any

from aiosmpplib import ESME, NPI, TON, AbstractHook, DeliverSm, PhoneNumber, SubmitSm, SubmitSmResp
from aiosmpplib.correlator import SimpleCorrelator
from aiosmpplib.protocol import MESSAGE_TYPE_MAP
from aiosmpplib.state import SmppCommand, SmppCommandStatus, SmppSessionState

from notify.gsm import in_gsm, parts
from notify.providers import Carrier, Hear, Keep, Letter, NotNow, Outcome, Receipt, Rejected, Taken, Unknown

NO_SUCH_NUMBER = {SmppCommandStatus.ESME_RINVDSTADR, SmppCommandStatus.ESME_RINVDSTTON}
FAILED = {"EXPIRED", "DELETED", "UNDELIV", "REJECTD"}
START = 1.0
"""Seconds that the first message waits for the connection to be there; later ones find it there or fail over."""


class Report(DeliverSm):  # type: ignore[misc]
    """A receipt, of which only two words are read: the library fails on dates with seconds and on codes in hex, and
    the SMS centre then sends it for ever.
    """

    def parse_receipt(self) -> dict[str, Any]:
        words = self.short_message or self.message_payload
        found = {name: re.search(rf"(?i)\b{name}:\s*([^\s]+)", words) for name in ("id", "stat")}
        return {name: match[1] for name, match in found.items() if match} if self.is_receipt() else {}


MESSAGE_TYPE_MAP[SmppCommand.DELIVER_SM] = Report


class GivenUp(ValueError):
    """Nobody waits for this message any more: aiosmpplib drops it and goes on."""


class NoMemory(SimpleCorrelator):  # type: ignore[misc]
    """Receipts are not matched here: the library's memory is lost at every restart, and is walked at every message."""

    async def put_delivery(self, smsc_message_id: str, submit_sm: SubmitSm) -> None:
        """Nothing is kept."""

    async def get_delivery(self, receipt: DeliverSm) -> SubmitSm | None:  # noqa: ARG002
        return None


class Smpp(Carrier, AbstractHook):  # type: ignore[misc]
    """One account with an SMS centre; several connections are several accounts."""

    def __init__(self, host: str, port: int, *, system_id: str, password: str, sender: str, timeout: float) -> None:
        self._timeout = timeout
        self._sender = PhoneNumber(sender, ton=TON.ALPHANUMERIC, npi=NPI.UNKNOWN)
        if sender.isdigit():
            self._sender = PhoneNumber(sender, ton=TON.NETWORK_SPECIFIC, npi=NPI.UNKNOWN)
        self._keep: Keep | None = None
        self._hear: Hear | None = None
        self._waiting: dict[str, asyncio.Future[SubmitSmResp]] = {}
        self._gone: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._esme = ESME(
            host,
            port,
            system_id,
            password,
            hook=self,
            correlator=NoMemory(system_id, max_ttl_response=max(1.0, timeout)),
            socket_timeout=float(timeout),
            log_level=logging.CRITICAL,  # it logs whole messages
        )

    def listen(self, keep: Keep, hear: Hear) -> None:
        self._keep, self._hear = keep, hear
        self._start()

    async def send(self, letter: Letter) -> Outcome:
        self._start()
        if not await self._bound():
            return NotNow("not-bound")
        key = str(letter.id)
        answer = self._waiting[key] = asyncio.get_running_loop().create_future()
        try:
            await self._esme.broker.enqueue(self._pdu(letter))
            async with asyncio.timeout(self._timeout):
                return _judge(await answer)
        except TimeoutError:
            return Unknown("TimeoutError") if key in self._gone else NotNow("never-left")
        except OSError as error:
            return Unknown(type(error).__name__) if key in self._gone else NotNow(type(error).__name__)
        finally:
            del self._waiting[key]
            self._gone.discard(key)

    async def close(self) -> None:
        if self._task is None:
            return
        writer = self._esme._writer  # it says goodbye and forgets to close
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._esme.stop()
        self._task.cancel()
        await asyncio.wait([self._task])
        if writer is not None:
            writer.close()

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._esme.start(), name="smpp")

    async def _bound(self) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(min(START, self._timeout)):
                while self._esme.session_state is not SmppSessionState.BOUND_TRX:  # noqa: ASYNC110 - it has no event
                    await asyncio.sleep(0.02)
        return bool(self._esme.session_state is SmppSessionState.BOUND_TRX)

    def _pdu(self, letter: Letter) -> SubmitSm:
        body = "message_payload" if parts(letter.text) > 1 else "short_message"
        return SubmitSm(
            source=self._sender,
            destination=PhoneNumber(letter.to.removeprefix("+"), ton=TON.INTERNATIONAL, npi=NPI.ISDN),
            log_id=str(letter.id),
            encoding="gsm0338" if in_gsm(letter.text) else "ucs2",
            **{body: letter.text},
        )

    async def sending(self, message: Any, pdu: bytes, client_id: str) -> None:  # noqa: ARG002
        """Called just before the bytes leave: from here on it may arrive."""
        if isinstance(message, SubmitSm):
            if message.log_id not in self._waiting:
                raise GivenUp
            self._gone.add(message.log_id)

    async def received(self, message: Any, pdu: bytes, client_id: str) -> None:  # noqa: ARG002
        """Called before the answer to it leaves: a receipt is committed when the SMS centre may forget it."""
        if isinstance(message, SubmitSmResp):
            waiting = self._waiting.get(message.log_id)
            if waiting is not None and not waiting.done():
                waiting.set_result(message)
        if not isinstance(message, DeliverSm) or self._keep is None or self._hear is None:
            return
        if not message.is_receipt():
            await self._hear(f"+{message.source.number.lstrip('+')}", message.short_message or message.message_payload)
        elif receipt := _receipt(message):
            await self._keep(receipt)

    async def send_error(self, message: Any, error: Exception, client_id: str) -> None:  # noqa: ARG002
        waiting = self._waiting.get(message.log_id)
        if waiting is not None and not waiting.done():
            waiting.set_exception(error if isinstance(error, OSError) else OSError(type(error).__name__))


def _judge(answer: SubmitSmResp) -> Outcome:
    status = answer.command_status
    if status is SmppCommandStatus.ESME_ROK:
        return Taken(answer.message_id or None)
    if status in NO_SUCH_NUMBER:
        return Rejected("refused-by-provider", lasting=True)
    return NotNow(f"smpp-{status.name.removeprefix('ESME_').lower()}")  # it answered, and said no: nothing left


def _receipt(message: DeliverSm) -> Receipt | None:
    said = message.parse_receipt()
    id, state = str(said.get("id", "")), str(said.get("stat", "")).upper()
    if not id or (state != "DELIVRD" and state not in FAILED):
        return None
    if state == "DELIVRD":
        return Receipt("delivered", id)
    return Receipt("undeliverable", id, code=state.lower())
