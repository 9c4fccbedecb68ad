"""SMPP, against a small SMS centre that speaks the wire by itself: bytes in, bytes out."""

import asyncio
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from notify.providers import Letter, NotNow, Outcome, Receipt, Rejected, Taken, Unknown
from notify.providers.smpp import Smpp
from ronde.ids import new_id

BIND, SUBMIT, DELIVER, ENQUIRE, UNBIND, YES = 0x09, 0x04, 0x05, 0x15, 0x06, 0x80000000
SILENT, CLOSE = -1, -2


@dataclass
class Centre:
    """Answers each message with `status`, or not at all."""

    status: int = 0
    port: int = 0
    taken: list[bytes] = field(default_factory=list)
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        try:
            while True:
                length, command, _, number = struct.unpack("!IIII", await reader.readexactly(16))
                body = await reader.readexactly(length - 16)
                if command == BIND:
                    self.say(BIND | YES, 0, number, b"centre\0")
                elif command in (ENQUIRE, UNBIND):
                    self.say(command | YES, 0, number)
                elif command == DELIVER | YES:
                    self.acknowledged.set()
                elif command == SUBMIT:
                    self.taken.append(body)
                    if self.status == CLOSE:
                        return
                    if self.status != SILENT:
                        id = f"id{len(self.taken)}\0".encode() if self.status == 0 else b""
                        self.say(SUBMIT | YES, self.status, number, id)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    def say(self, command: int, status: int, number: int, body: bytes = b"") -> None:
        assert self.writer is not None
        self.writer.write(struct.pack("!IIII", 16 + len(body), command, status, number) + body)

    def report(self, text: str, kind: bytes = b"\4") -> None:
        """A receipt, as centres write them: with seconds in the dates and a code in hex. Another kind: an answer."""
        words = text.encode()
        head = b"\0" + b"\1\1" + b"33639980001\0" + b"\5\0" + b"Ronde\0"
        self.say(DELIVER, 0, 7, head + kind + b"\0\0\0\0\0\0\0\0" + bytes([len(words)]) + words)


@pytest.fixture
async def centre() -> AsyncIterator[Centre]:
    centre = Centre()
    server = await asyncio.start_server(centre.serve, "127.0.0.1", 0)
    centre.port = server.sockets[0].getsockname()[1]
    yield centre
    server.close()


@pytest.fixture
async def smpp(centre: Centre) -> AsyncIterator[Smpp]:
    provider = Smpp("127.0.0.1", centre.port, system_id="ronde", password="secret", sender="Ronde", timeout=0.3)
    yield provider
    await provider.close()


def letter(text: str = "C'est confirmé") -> Letter:
    return Letter(new_id(), "+33639980001", "fr", text)


async def test_an_sms_and_its_receipt_share_the_centres_id(centre: Centre, smpp: Smpp) -> None:
    kept: list[Receipt] = []

    async def keep(receipt: Receipt) -> None:
        assert not centre.acknowledged.is_set(), "it is forgotten over there once we have said that we have it"
        kept.append(receipt)

    heard: list[tuple[str, str]] = []

    async def hear(number: str, words: str) -> None:
        heard.append((number, words))

    smpp.listen(keep, hear)
    assert await smpp.send(letter()) == Taken("id1")
    [body] = centre.taken
    assert b"33639980001\0" in body
    assert b"C'est confirm\x05" in body, "in the phone's own alphabet"
    centre.report("id:id1 sub:001 dlvrd:001 submit date:350116093001 done date:350116093002 stat:DELIVRD err:00A text:")
    async with asyncio.timeout(2):
        await centre.acknowledged.wait()
    centre.acknowledged.clear()
    centre.report("id:id1 stat:ENROUTE err:000 text:")
    centre.report("STOP merci", kind=b"\0")
    centre.report("id:id1 stat:UNDELIV err:000 text:")
    async with asyncio.timeout(2):
        while len(kept) < 2:
            centre.acknowledged.clear()
            await asyncio.sleep(0.01)
    assert heard == [("+33639980001", "STOP merci")]
    assert kept == [Receipt("delivered", "id1"), Receipt("undeliverable", "id1", code="undeliv")]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (0x58, NotNow("smpp-rthrottled")),
        (0x0B, Rejected("refused-by-provider", lasting=True)),
        (0x0A, NotNow("smpp-rinvsrcadr")),
        (SILENT, Unknown("TimeoutError")),
        (CLOSE, Unknown("TimeoutError")),
    ],
)
async def test_answers_are_told_apart(centre: Centre, smpp: Smpp, status: int, outcome: Outcome) -> None:
    centre.status = status
    assert await smpp.send(letter()) == outcome
    assert len(centre.taken) == 1


async def test_a_long_text_is_one_message_of_several_parts(centre: Centre, smpp: Smpp) -> None:
    assert await smpp.send(letter("à" * 200)) == Taken("id1")
    assert centre.taken[0].endswith(struct.pack("!HH", 0x0424, 200) + b"\x7f" * 200)


async def test_what_was_given_up_does_not_leave_later(centre: Centre, smpp: Smpp) -> None:
    """The library queues a message, and sends it whenever it can: also after we said that it had not left."""
    assert await smpp.send(letter()) == Taken("id1")
    await smpp._esme.broker.enqueue(smpp._pdu(letter("nobody waits for me")))
    assert await smpp.send(letter()) == Taken("id2")
    assert not any(b"nobody waits" in body for body in centre.taken)


async def test_a_centre_that_is_away_took_nothing(centre: Centre) -> None:
    gone = Smpp("127.0.0.1", centre.port + 1, system_id="r", password="p", sender="Ronde", timeout=0.1)
    assert await gone.send(letter()) == NotNow("not-bound")
    await gone.close()
