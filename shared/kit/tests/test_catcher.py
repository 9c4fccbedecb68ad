"""The catcher, by the wire: a real SMTP conversation, a real HTTP call, and what its page then shows."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest
from ronde.catcher.answers import Answer
from ronde.catcher.box import Box, Message
from ronde.catcher.serve import Running, running
from ronde.catcher.settings import CatcherSettings

PHONE = "+33639980001"
MAIL = "famille@example.org"
LINK = "https://ronde.example/i/k3x9q"


@pytest.fixture
async def catcher() -> AsyncIterator[Running]:
    async with running() as catcher:
        yield catcher


@pytest.fixture
async def web(catcher: Running) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": "Bearer any"}
    async with httpx.AsyncClient(base_url=catcher.url, headers=headers, trust_env=False) as client:
        yield client


def sms(text: str = f"Une place est à vous : {LINK}", reference: str = "") -> dict[str, str]:
    return {"to": PHONE, "from": "Ronde", "text": text, "reference": reference}


def letter(to: str = MAIL, html: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ronde <ronde@example.org>", to, "Votre place à l'éveil musical"
    mail.set_content(f"Bonjour,\nvotre place : {LINK}\n")
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


async def post(catcher: Running, mail: EmailMessage, recipients: list[str] | None = None) -> None:
    await aiosmtplib.send(mail, recipients=recipients, hostname=catcher.smtp_host, port=catcher.smtp_port)


async def test_an_sms_is_a_bubble_with_a_link_to_click(web: httpx.AsyncClient) -> None:
    answer = await web.post("/sms", json=sms())
    assert answer.status_code == 201
    [kept] = (await web.get("/messages.json")).json()
    assert (kept["id"], kept["kind"], kept["to"], kept["from"]) == (answer.json()["id"], "sms", PHONE, "Ronde")
    page = (await web.get("/")).text
    assert f'<a href="{LINK}" rel="noopener" target="_blank">{LINK}</a>' in page
    assert "+33\u00a06\u00a039\u00a098\u00a000\u00a001" in page


async def test_the_newest_bubble_is_last_and_each_number_has_its_phone(web: httpx.AsyncClient) -> None:
    for text in ("premier", "second"):
        await web.post("/sms", json=sms(text))
    await web.post("/sms", json={**sms("ailleurs"), "to": "+33639980002"})
    page = (await web.get("/")).text
    assert page.index("premier") < page.index("second")
    assert page.count('class="phone"') == 2
    only = (await web.get("/", params={"to": PHONE})).text
    assert "ailleurs" not in only


async def test_a_reference_sent_twice_is_one_message_counted_twice(web: httpx.AsyncClient) -> None:
    first, again = [await web.post("/sms", json=sms(reference="m-1")) for _ in range(2)]
    assert first.json() == again.json()
    [kept] = (await web.get("/messages.json")).json()
    assert kept["times"] == 2
    assert "envoyé 2 fois" in (await web.get("/")).text
    assert (await web.get("/sms/m-1")).json()["id"] == kept["id"]
    assert (await web.get("/sms/m-2")).status_code == 404


async def test_the_sms_door_asks_for_its_token() -> None:
    settings = CatcherSettings(http_port=0, smtp_port=0, sms_token="right")
    async with running(settings) as catcher, httpx.AsyncClient(base_url=catcher.url, trust_env=False) as client:
        for token, status in ((None, 401), ("Bearer wrong", 401), ("Bearer right", 201)):
            headers = {"authorization": token} if token else {}
            assert (await client.post("/sms", json=sms(), headers=headers)).status_code == status
    assert len(catcher.box.all()) == 1


async def test_an_sms_without_a_proper_number_is_422(web: httpx.AsyncClient) -> None:
    assert (await web.post("/sms", json={**sms(), "to": "06 39 98 00 01"})).status_code == 422


@pytest.mark.parametrize("spelling", [PHONE, "+33 6 39 98 00 01", " 33639980001"])
async def test_messages_are_found_by_any_spelling_of_a_number(web: httpx.AsyncClient, spelling: str) -> None:
    await web.post("/sms", json=sms())
    await web.post("/sms", json={**sms("ailleurs"), "to": "+33639980002"})
    assert [one["to"] for one in (await web.get("/messages.json", params={"to": spelling})).json()] == [PHONE]


async def test_an_e_mail_shows_its_parts_and_its_files(catcher: Running, web: httpx.AsyncClient) -> None:
    mail = letter(html="<p>Bonjour</p>")
    mail.add_attachment("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", subtype="calendar", filename="séance.ics")
    mail.add_attachment(b"\x00\x01\x02", maintype="application", subtype="pdf", filename="plan.pdf")
    await post(catcher, mail)
    [kept] = (await web.get("/messages.json", params={"kind": "mail"})).json()
    assert kept["subject"] == "Votre place à l'éveil musical"
    assert LINK in kept["text"]
    assert "<p>Bonjour</p>" in kept["html"]
    calendar, plan = kept["attachments"]
    assert (calendar["name"], calendar["type"], calendar["text"][:15]) == (
        "séance.ics",
        "text/calendar",
        "BEGIN:VCALENDAR",
    )
    assert (plan["name"], plan["size"], plan["text"]) == ("plan.pdf", 3, None)
    page = (await web.get("/")).text
    assert "séance.ics" in page
    assert f'src="/mail/{kept["id"]}" sandbox=' in page


async def test_an_e_mails_html_is_shown_where_it_can_do_nothing(catcher: Running, web: httpx.AsyncClient) -> None:
    await post(catcher, letter(html="<script>alert(1)</script><b>ici</b>"))
    [kept] = catcher.box.all(kind="mail")
    assert "<script>alert(1)" not in (await web.get("/")).text
    alone = await web.get(f"/mail/{kept.id}")
    policy = alone.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert alone.headers["x-frame-options"] == "SAMEORIGIN"
    assert (await web.get("/mail/unknown")).status_code == 404


async def test_every_recipient_has_a_message_of_their_own(catcher: Running) -> None:
    await post(catcher, letter(), ["a@example.org", "b@example.org"])
    assert [one.to for one in catcher.box.all()] == ["a@example.org", "b@example.org"]


@pytest.mark.parametrize("code", [550, 451])
async def test_an_address_is_refused_for_ever_or_for_now_as_told(catcher: Running, code: int) -> None:
    catcher.answers.give(MAIL, Answer(code=code))
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await post(catcher, letter())
    assert refused.value.recipients[0].code == code
    await post(catcher, letter("other@example.org"))
    assert [one.to for one in catcher.box.all()] == ["other@example.org"]


async def test_a_refusal_after_the_text_and_only_once(catcher: Running) -> None:
    catcher.answers.give(MAIL, Answer(code=451, at="data", times=1))
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await post(catcher, letter())
    assert refused.value.code == 451
    await post(catcher, letter())
    assert len(catcher.box.all()) == 1


async def test_a_number_fails_twice_then_is_well_again(catcher: Running, web: httpx.AsyncClient) -> None:
    catcher.answers.give(PHONE, Answer(code=500, times=2))
    assert [(await web.post("/sms", json=sms())).status_code for _ in range(3)] == [500, 500, 201]
    assert len(catcher.box.all()) == 1


async def test_a_lost_answer_leaves_a_message_that_arrived(catcher: Running, web: httpx.AsyncClient) -> None:
    catcher.answers.give("*", Answer(delay=60, kept=True))
    with pytest.raises(httpx.ReadTimeout):
        await web.post("/sms", json=sms(reference="m-1"), timeout=0.3)
    assert (await web.get("/sms/m-1")).status_code == 200


async def test_a_hang_without_arrival_leaves_nothing(catcher: Running, web: httpx.AsyncClient) -> None:
    catcher.answers.give(PHONE, Answer(delay=60))
    with pytest.raises(httpx.ReadTimeout):
        await web.post("/sms", json=sms(), timeout=0.3)
    assert catcher.box.all() == []


async def test_a_program_may_tell_it_how_to_answer(web: httpx.AsyncClient) -> None:
    assert (await web.put(f"/answers/{PHONE}", json={"code": 503})).status_code == 204
    assert (await web.post("/sms", json=sms())).status_code == 503
    assert (await web.put(f"/answers/{PHONE}", json={"kode": 503})).status_code == 422
    assert (await web.delete("/answers")).status_code == 204
    assert (await web.post("/sms", json=sms())).status_code == 201


async def test_an_empty_box_says_what_comes_first(web: httpx.AsyncClient) -> None:
    assert "Rien n&#39;est encore arrivé" in (await web.get("/")).text
    assert "Nothing has arrived yet" in (await web.get("/?lang=en")).text


async def test_a_second_run_finds_the_messages_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    settings = CatcherSettings(http_port=0, smtp_port=0, data=path)
    async with running(settings) as first, httpx.AsyncClient(base_url=first.url, trust_env=False) as client:
        for _ in range(2):
            await client.post("/sms", json=sms(reference="m-1"), headers={"authorization": "Bearer any"})
        await post(first, letter())
        before = (await client.get("/messages.json")).json()
    assert path.stat().st_mode & 0o077 == 0
    path.write_text(path.read_text() + '{"kind": "sms", "to": "+336')  # a crash in the middle of a line
    async with running(settings) as second, httpx.AsyncClient(base_url=second.url, trust_env=False) as client:
        after = (await client.get("/messages.json")).json()
    assert after == before
    assert [one["times"] for one in after] == [2, 1]


def test_a_line_after_a_crash_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_text('{"kind": "sms", "to": "+336')
    Box(path).add(Message(kind="sms", to=PHONE, sender="Ronde", text="après"))
    assert [one.text for one in Box(path).all()] == ["après"]


async def test_it_runs_as_a_program_and_stops_when_asked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        http, smtp = one.getsockname()[1], two.getsockname()[1]
    command = ["-m", "ronde.catcher", "--http-port", str(http), "--smtp-port", str(smtp), "--data", str(tmp_path / "m")]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with asyncio.timeout(20), httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    answer = await client.get(f"http://127.0.0.1:{http}/health/ready")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        assert answer.json() == {"ready": True}
        await aiosmtplib.send(letter(), hostname="127.0.0.1", port=smtp)
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() in (0, -signal.SIGTERM)
    assert len(Box(tmp_path / "m").all()) == 1
