"""SMS by HTTP, against a server that answers as each provider does, or hangs, or breaks the connection."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from notify.providers import (
    Arrived,
    Carrier,
    Letter,
    NotNow,
    NotTheirs,
    Outcome,
    Receipt,
    Rejected,
    Taken,
    Unknown,
    brevo,
    octopush,
    ovh,
    sms,
)
from notify.providers.by_apprise import AppriseCarrier
from ronde.ids import new_id

PHONE, SECRET = "+33639980001", "secret of the receipts"
HANG, DROP = 0, -1


@dataclass
class Asked:
    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass
class Fake:
    """A provider at the wire: gives `status` and `body` to everybody, and keeps what it was asked."""

    url: str = ""
    status: int = 201
    body: Any = None
    asked: list[Asked] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                method, path, _ = line.decode().split(" ", 2)
                headers = {}
                while (one := (await reader.readline()).decode().strip()) != "":
                    name, _, value = one.partition(":")
                    headers[name.lower()] = value.strip()
                content = await reader.readexactly(int(headers.get("content-length", 0)))
                self.asked.append(Asked(method, self.url + path, headers, content))
                if self.status == HANG:
                    await asyncio.sleep(5)
                if self.status == DROP:
                    return
                answer = json.dumps(self.body).encode()
                writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: {len(answer)}\r\n\r\n".encode() + answer)
                await writer.drain()
        finally:
            writer.close()


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    fake = Fake()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield fake
    server.close()


def by_ovh(url: str) -> Carrier:
    return ovh.OvhSms(url=url, service="sms-ab1-1", key="ak", secret="as", consumer="ck", sender="Ronde", timeout=0.2)


def by_brevo(url: str) -> Carrier:
    return brevo.BrevoSms(url=url, key="k", sender="Ronde", webhook="https://n.example/receipts/b?token=t", timeout=0.2)


def by_octopush(url: str) -> Carrier:
    return octopush.OctopushSms(url=url, login="l", key="k", sender="Ronde", timeout=0.2)


EVERY = [
    pytest.param(by_ovh, {"ids": [173], "validReceivers": [PHONE]}, "173", id="ovh"),
    pytest.param(by_brevo, {"messageId": 1511882900176220}, "1511882900176220", id="brevo"),
    pytest.param(by_octopush, {"sms_ticket": "sms_5f6cc"}, "sms_5f6cc", id="octopush"),
]


def letter(text: str = "C'est confirmé à 9 h 30") -> Letter:
    return Letter(new_id(), PHONE, "fr", text)


@pytest.mark.parametrize(("make", "answer", "id"), EVERY)
async def test_the_providers_own_id_is_kept(fake: Fake, make: Any, answer: Any, id: str) -> None:
    fake.body = answer
    carrier = make(fake.url)
    sent = letter()
    assert await carrier.send(sent) == Taken(id)
    [asked] = fake.asked
    assert asked.method == "POST"
    assert sent.text in asked.said.values()
    assert PHONE.lstrip("+") in asked.body.decode()
    await carrier.close()


@pytest.mark.parametrize("make", [by_ovh, by_brevo, by_octopush])
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (HANG, Unknown("ReadTimeout")),
        (DROP, Unknown("RemoteProtocolError")),
        (502, Unknown("http-502")),
        (402, NotNow("http-402")),
        (429, NotNow("http-429")),
        (400, Rejected("refused-by-provider")),
    ],
)
async def test_only_what_surely_did_not_leave_is_not_now(fake: Fake, make: Any, status: int, outcome: Outcome) -> None:
    fake.status = status
    carrier = make(fake.url)
    assert await carrier.send(letter()) == outcome
    assert len(fake.asked) == 1, "an HTTP client that repeats a POST by itself sends twice"
    await carrier.close()


@pytest.mark.parametrize("make", [by_ovh, by_brevo, by_octopush])
async def test_a_yes_that_cannot_be_read_is_a_yes(fake: Fake, make: Any) -> None:
    fake.body = ["something", "else"]
    carrier = make(fake.url)
    assert await carrier.send(letter()) == Taken(None)
    await carrier.close()


async def test_ovh_requests_are_signed_and_carry_our_reference(fake: Fake) -> None:
    fake.body = {"ids": [173]}
    sent, carrier = letter(), by_ovh(fake.url)
    await carrier.send(sent)
    fake.body = [173]
    assert await carrier.find(sent.id) == Taken("173")
    fake.body = []
    assert await carrier.find(sent.id) == NotNow("not-taken")
    for asked in fake.asked:
        parts = ("as", "ck", asked.method, asked.url, asked.body.decode(), asked.headers["x-ovh-timestamp"])
        expected = "$1$" + hashlib.sha1("+".join(parts).encode()).hexdigest()  # noqa: S324
        assert asked.headers["x-ovh-signature"] == expected
    assert fake.asked[0].said["tag"] == str(sent.id)
    assert fake.asked[0].said["coding"] == "7bit", "é is of the phone's alphabet"
    assert fake.asked[0].said["noStopClause"] is True, "else nothing leaves at night"
    assert parse_qs(urlsplit(fake.asked[1].url).query) == {"tag": [str(sent.id)]}
    await carrier.close()


async def test_ovh_says_yes_to_a_number_that_it_does_not_take(fake: Fake) -> None:
    fake.body = {"ids": [], "invalidReceivers": [PHONE]}
    carrier = by_ovh(fake.url)
    assert await carrier.send(letter()) == Rejected("refused-by-provider", lasting=True)
    await carrier.close()


async def test_brevos_statistics_lag_so_their_silence_proves_nothing(fake: Fake) -> None:
    fake.status, fake.body = 200, {"events": []}
    sent, carrier = letter("مرحبا"), by_brevo(fake.url)
    assert await carrier.find(sent.id) == Unknown("not-seen")
    fake.body = {"events": [{"messageId": "9"}]}
    assert await carrier.find(sent.id) == Taken("9")
    await carrier.send(sent)
    assert fake.asked[-1].said["webUrl"].endswith(f"?token=t&reference={sent.id}")
    assert fake.asked[-1].said["unicodeEnabled"] is True
    await carrier.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # its own
async def test_apprise_gives_no_id_and_its_no_may_be_a_timeout(fake: Fake) -> None:
    carrier = AppriseCarrier(fake.url.replace("http", "json") + "/{to}", timeout=2)
    sent = letter()
    assert await carrier.send(sent) == Taken(None)
    assert sent.text in fake.asked[0].said["message"]
    assert fake.asked[0].url.endswith(PHONE)
    fake.status = 500
    assert await carrier.send(sent) == Unknown("apprise-said-no")
    with pytest.raises(ValueError, match="makes nothing"):
        AppriseCarrier("carrier-pigeon://{to}", timeout=1)


def signed(body: dict[str, Any]) -> Arrived:
    content = json.dumps(body).encode()
    return Arrived(
        {}, {"x-ronde-signature": "sha256=" + hmac.new(SECRET.encode(), content, "sha256").hexdigest()}, content
    )


def told(body: dict[str, Any] | None = None, **query: str) -> Arrived:
    return Arrived({"token": SECRET, **query}, {}, json.dumps(body).encode() if body else b"")


REFERENCE = new_id()


@pytest.mark.parametrize(
    ("read", "arrived", "receipt"),
    [
        (ovh.receipts, told(id="173", ptt="4", description="1"), Receipt("delivered", "173")),
        (
            ovh.receipts,
            told(id="173", ptt="23", description="2", descriptionDlr="Invalid MSISDN"),
            Receipt("undeliverable", "173", code="ptt-23", lasting=True),
        ),
        (
            brevo.receipts,
            told(
                {"messageId": 9, "msg_status": "hard_bounce", "description": "Unknown number"}, reference=str(REFERENCE)
            ),
            Receipt("undeliverable", "9", REFERENCE, "hardbounce", lasting=True),
        ),
        (
            brevo.receipts,
            told({"messageId": 9, "msg_status": "soft_bounce"}),
            Receipt("undeliverable", "9", code="softbounce"),
        ),
        (octopush.receipts, told({"message_id": "sms_1", "status": "DELIVERED"}), Receipt("delivered", "sms_1")),
        (
            octopush.receipts,
            told({"message_id": "sms_1", "status": "BAD_DESTINATION"}),
            Receipt("undeliverable", "sms_1", code="bad-destination", lasting=True),
        ),
        (
            sms.receipts,
            signed({"id": "1", "reference": str(REFERENCE), "status": "delivered"}),
            Receipt("delivered", "1", REFERENCE),
        ),
        (
            sms.receipts,
            signed({"id": "1", "status": "undeliverable", "code": "absent-subscriber"}),
            Receipt("undeliverable", "1", code="absent-subscriber"),
        ),
        (
            sms.receipts,
            signed({"id": "1", "status": "undeliverable", "code": "33612345678 of Marie is off"}),
            Receipt("undeliverable", "1", code="undeliverable"),
        ),
        (ovh.receipts, told(id="173", ptt="1", description="4"), None),
        (brevo.receipts, told({"messageId": 9, "msg_status": "accepted"}), None),
        (octopush.receipts, told({"message_id": "sms_1", "status": "SENT"}), None),
        (octopush.receipts, told({"a": "b"}), None),
    ],
)
def test_receipts_are_read(read: Any, arrived: Arrived, receipt: Receipt | None) -> None:
    """What is still on its way is not told, hard and soft are told apart."""
    assert read(arrived, SECRET) == ([receipt] if receipt else [])


@pytest.mark.parametrize("read", [ovh.receipts, brevo.receipts, octopush.receipts, sms.receipts])
@pytest.mark.parametrize("secret", ["another", ""])
def test_a_receipt_from_somebody_else_is_none(read: Any, secret: str) -> None:
    """An account without a secret takes none: an empty token opens nothing."""
    shown = told({"id": "1", "status": "delivered"}) if secret else Arrived({"token": ""}, {}, b"{}")
    with pytest.raises(NotTheirs):
        read(shown, secret)
