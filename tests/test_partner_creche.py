"""The crèche's own system, as a house sees it: run from outside, judged by the published contracts alone.

PROGRAM is the only line to change for one in another language.
"""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import aio_pika
import pytest
from ronde.clock import now
from ronde.envelope import seal
from ronde.ids import new_id
from ronde.telemetry import traceparent
from ronde.testing import Amqp
from ronde_contracts.enrolment_creche import OccasionalCareBooked
from ronde_contracts.envelope import CONTENT_TYPE
from ronde_contracts.partners import AbsenceDeclared, AbsenceWithdrawn
from ronde_contracts.validate import validate

FOLDER = Path(__file__).parents[1] / "examples/partner-creche"
PROGRAM = (sys.executable, "-m", "partner_creche")
CHILD = "0199a1f0-6201-7c3e-9b21-5d0f4e6a6201"


def run(*words: str, url: str = "") -> subprocess.CompletedProcess[str]:
    own = {**os.environ, "PARTNER_AMQP_URL": url, "PYTHONWARNINGS": "error"}
    return subprocess.run([*PROGRAM, *words], cwd=FOLDER, env=own, capture_output=True, text=True, check=False)


@pytest.mark.broker
async def test_an_absence_is_said_changed_and_taken_back_and_the_booking_is_printed(amqp: Amqp) -> None:
    queue, url = await amqp.listen("bottines.#"), amqp.url("bottines")
    for words in (["absent"], ["absent", "--hours", "08:00-12:00"], ["back"]):
        done = run(*words, CHILD, "2027-02-09", url=url)
        assert done.returncode == 0, done.stderr
    said = []
    for _ in range(3):
        message = await amqp.get(queue)
        assert message is not None
        assert validate(message.body) == []
        assert (message.user_id, message.routing_key) == ("bottines", f"bottines.{message.type}")
        said.append(json.loads(message.body))
    whole, morning = (AbsenceDeclared.model_validate(one["data"]) for one in said[:2])
    assert (whole.hours, morning.hours, str(morning.child_id)) == (None, "08:00-12:00", CHILD)
    assert AbsenceWithdrawn.model_validate(said[2]["data"]).absence_id == whole.absence_id == morning.absence_id
    versions = [int(one["sequence"]) for one in said]
    assert versions == sorted(set(versions)), "each is newer than the last"

    booked = OccasionalCareBooked(
        offer_id=new_id(), reference="O-7KQ3TN", party_id=uuid4(), creche="bottines", creche_name={"fr": "La crèche"},
        child_id=uuid4(), starts_at=datetime.fromisoformat("2027-02-09T09:00:00+01:00"),
        ends_at=datetime.fromisoformat("2027-02-09T12:00:00+01:00"), absence_id=whole.absence_id,
    )  # fmt: skip
    async with await aio_pika.connect(amqp.url("enrolment")) as connection:
        exchange = await (await connection.channel()).get_exchange(booked.exchange, ensure=False)
        body = seal(
            booked, id=new_id(), source="/villeurbanne/enrolment", sequence=2, time=now(), traceparent=traceparent()
        )
        letter = aio_pika.Message(body, content_type=CONTENT_TYPE, user_id="enrolment")
        await exchange.publish(letter, booked.routing_key)
    heard = run("listen", "--until", "booked", "--seconds", "10", url=url)
    assert heard.returncode == 0, "the queue kept what was said while it did not listen"
    assert heard.stdout.strip() == f"booked     O-7KQ3TN  09/02/2027 09:00-12:00  child {booked.child_id}"
    assert run("listen", "--until", "booked", "--seconds", "0", url=url).returncode == 1


def test_what_cannot_be_said_is_one_sentence() -> None:
    for url in ("", "amqp://bottines:guess@127.0.0.1:9/"):
        done = run("absent", CHILD, "2027-02-09", url=url)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "guess" not in done.stderr


def test_it_imports_nothing_of_ronde() -> None:
    ours = "[name for name in sys.modules if name.split('.')[0] in ('ronde', 'ronde_contracts')]"
    asked = [sys.executable, "-c", f"import sys, partner_creche.__main__; print({ours})"]
    done = subprocess.run(asked, cwd=FOLDER, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
