"""Several providers as one: who is asked first, who next, who is left alone, and who may be written to at all."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import pytest
from notify.gsm import parts
from notify.providers import Carrier, Letter, NotNow, Outcome, Rejected, Taken, Unknown, Withheld
from notify.providers.accounts import RondeAccount, Stage
from notify.providers.breaker import Breaker
from notify.providers.fleet import Fleet, Line
from notify.providers.gate import Gate, mailbox, phone
from notify.providers.pace import Pace
from notify.settings import Settings
from pydantic import ValidationError
from ronde.ids import new_id

MOBILE, LANDLINE, FILM = "+33612345678", "+33478000000", "+33639980001"


class Says(Carrier):
    """A provider that says what it was told to, the last of it for ever."""

    def __init__(self, *answers: Outcome, found: Outcome | None = None) -> None:
        self.answers = list(answers) or [Taken("id")]
        self.found = found or Unknown("cannot-say")
        self.given: list[Letter] = []

    async def send(self, letter: Letter) -> Outcome:
        self.given.append(letter)
        await asyncio.sleep(0)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    async def find(self, reference: UUID) -> Outcome:  # noqa: ARG002
        return self.found


def line(name: str, carrier: Carrier, *, weight: float = 1, failures: int = 2, rest: float = 60) -> Line:
    return Line(name, carrier, weight, Breaker(failures=failures, rest=rest), Pace(None))


def letter(to: str = MOBILE) -> Letter:
    return Letter(new_id(), to, "fr", "Bonjour")


async def test_what_surely_did_not_leave_goes_to_the_next_provider() -> None:
    first, second = Says(NotNow("ConnectError")), Says()
    fleet = Fleet([line("first", first), line("second", second, weight=0)])
    assert await fleet.send(letter()) == Taken("id", "second")
    assert (len(first.given), len(second.given)) == (1, 1)


@pytest.mark.parametrize(
    "answer",
    [Unknown("ReadTimeout", "first"), Rejected("refused-by-provider"), NotNow("smtp-452", recipient=True)],
    ids=["a timeout", "a refused number", "a full mailbox"],
)
async def test_anything_else_does_not_go_to_the_next_provider(answer: Outcome) -> None:
    second = Says()
    assert await Fleet([line("first", Says(answer)), line("second", second, weight=0)]).send(letter()) == answer
    assert second.given == []


async def test_weights_say_who_comes_first_how_often() -> None:
    heavy, light, spare = Says(), Says(), Says()
    fleet = Fleet([line("heavy", heavy, weight=3), line("light", light), line("spare", spare, weight=0)])
    for _ in range(400):
        await fleet.send(letter())
    assert 240 < len(heavy.given) < 360
    assert len(heavy.given) + len(light.given) == 400
    assert spare.given == []


async def test_who_fails_again_and_again_is_left_alone_then_tried_with_one_message() -> None:
    failing = Says(Unknown("ReadTimeout"), Unknown("ReadTimeout"), Taken("id"))
    fleet = Fleet([line("only", failing, failures=2, rest=0.1)])
    assert fleet.room(20) == 20
    for _ in range(2):
        assert await fleet.send(letter()) == Unknown("ReadTimeout", "only")
    assert fleet.room(20) == 0, "nothing is claimed: waiting costs no attempt"
    assert await fleet.send(letter()) == NotNow("resting")
    await asyncio.sleep(0.11)
    assert fleet.room(20) == 1
    results = await asyncio.gather(*(fleet.send(letter()) for _ in range(3)))
    assert Counter(type(one) for one in results) == {Taken: 1, NotNow: 2}
    assert fleet.room(20) == 20


async def test_full_mailboxes_do_not_make_a_mail_server_rest() -> None:
    fleet = Fleet([line("only", Says(NotNow("smtp-452", recipient=True)), failures=1)])
    await fleet.send(letter())
    assert fleet.room(20) == 20


@pytest.mark.parametrize(
    ("found", "provider", "outcome"),
    [
        ((NotNow("not-taken"), Taken("7")), None, Taken("7", "b")),
        ((NotNow("not-taken"), NotNow("not-taken")), None, NotNow("not-taken")),
        ((NotNow("not-taken"), Unknown("cannot-say")), None, Unknown("cannot-say", "b")),
        ((NotNow("not-taken"), Unknown("cannot-say")), "a", NotNow("not-taken")),
    ],
)
async def test_who_had_it_is_asked_and_when_nobody_knows_all_have_to_be_sure(
    found: Sequence[Outcome], provider: str | None, outcome: Outcome
) -> None:
    fleet = Fleet([line(name, Says(found=one)) for name, one in zip("ab", found, strict=True)])
    assert await fleet.find(new_id(), provider) == outcome


async def test_the_pace_counts_parts() -> None:
    """Ten a second, and a second's worth at once: 10 of 2 parts take a second, whoever asks."""
    pace, loop = Pace(20), asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(pace.take(parts("x" * 200)) for _ in range(14)))
    assert 0.3 < loop.time() - began < 0.8


async def test_no_more_is_claimed_than_a_slow_provider_takes_soon() -> None:
    """What waits for its turn in our hands for minutes would be taken for lost, and looked up, and sent again."""
    slow = Line("slow", Says(), 1, Breaker(failures=2, rest=60), Pace(0.5), cost_most=2)
    fleet = Fleet([slow])
    assert fleet.room(20) == 5
    for _ in range(3):
        await asyncio.wait([asyncio.create_task(slow.pace.take(6))], timeout=0.001)
    assert fleet.room(20) == 0


async def through(stage: Stage, to: str, *guests: str) -> Outcome | str:
    inner = Says()
    gate = Gate(Fleet([line("only", inner)]), stage=stage, guests=guests, check=phone(stage))
    outcome = await gate.send(letter(to))
    return inner.given[0].to if inner.given else outcome


async def test_staging_writes_to_its_guests_and_to_nobody_else() -> None:
    assert await through("staging", MOBILE) == Withheld()
    assert await through("staging", MOBILE, "+33 6 12 34 56 78") == MOBILE
    assert await through("production", MOBILE) == MOBILE
    assert await through("try", MOBILE) == MOBILE
    gate = Gate(Fleet([line("only", Says())]), stage="staging", guests=["Famille@example.org"], check=mailbox)
    assert isinstance(await gate.send(letter("famille@EXAMPLE.org")), Taken)
    assert await gate.send(letter("autre@example.org")) == Withheld()


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        ("+262 692 12 34 56", "+262692123456"),
        ("+33 6 12 34 56 78", MOBILE),
        ("0612345678", Rejected("bad-address", lasting=True)),
        ("+33612", Rejected("bad-address", lasting=True)),
        (LANDLINE, Rejected("no-mobile", lasting=True)),
        (FILM, Rejected("bad-address", lasting=True)),
    ],
)
async def test_numbers_are_e164_of_phones_that_take_sms(number: str, outcome: Outcome | str) -> None:
    assert await through("production", number) == outcome


async def test_numbers_of_films_are_for_trying_only() -> None:
    assert await through("try", FILM) == FILM


def test_trying_does_not_start_with_a_real_provider() -> None:
    far = {"kind": "brevo", "key": "k"}
    with pytest.raises(ValidationError, match="not on this machine: brevo"):
        Settings(stage="try", sms_providers=[far])
    Settings(stage="staging", sms_providers=[far, {"kind": "ronde"}])
    with pytest.raises(ValidationError, match="same name: brevo"):
        Settings(stage="staging", sms_providers=[far, far])


def test_an_account_that_is_wrong_is_explained_without_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONDE_SMS_PROVIDERS", '[{"kind": "octopush", "key": "secret-123"}]')
    with pytest.raises(ValidationError, match="login") as refused:
        Settings()
    assert "secret-123" not in str(refused.value)


@pytest.mark.parametrize("sender", ["Ma Ville", "Bibliotheque", "12", "0612345678", "é-mail"])
def test_a_sender_that_networks_refuse_does_not_start(sender: str) -> None:
    with pytest.raises(ValidationError):
        RondeAccount(sender=sender)
