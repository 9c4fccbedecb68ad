"""Whatever happens at once and in whatever order: nothing is told twice, and nothing that was taken back is told."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from notify.providers import Letter, NotNow, Outcome, Taken
from notify.sending import Sender
from notify.settings import Terms
from notify.testing import TUESDAY, Enrolment, Family, Postbox, Workshop, guardian
from notify.wording import Wording
from ronde.clock import now
from ronde.database import Database
from sqlalchemy import text

pytestmark = pytest.mark.database

lives = st.tuples(st.sampled_from(["enrol", "offer", "answer", "withdraw"]), st.integers(0, 1))
sends = st.tuples(st.just("send"), st.integers(0, 1))
changes = st.tuples(st.sampled_from(["contact", "link", "guardian"]), st.integers(0, 2))
rest = st.tuples(st.sampled_from(["move", "call off", "again"]), st.just(0))
actions = st.one_of(lives, lives, lives, sends, sends, changes, rest)
stories = st.lists(st.lists(actions, min_size=1, max_size=6), min_size=4, max_size=8)
NEXT = {"enrol": "waiting", "offer": "offered", "answer": "confirmed", "withdraw": "withdrawn"}
TRUE_OF = {
    "C'est complet": "waiting",
    "Une place est libre": "offered",
    "C'est confirmé": "confirmed",
}
"""How an SMS begins, and the state in which it is true."""
FROM = {
    "enrol": (None,),
    "offer": ("waiting",),
    "answer": ("offered",),
    "withdraw": ("waiting", "offered", "confirmed"),
}


class Story:
    """One session, three families, two senders; enrolment says only what can follow what it said before."""

    def __init__(self, db: Database, wording: Wording, terms: Terms) -> None:
        self.enrolment = Enrolment(db)
        self.phones = Postbox(self.answer)
        self.senders = [Sender(db, "sms", self.phones, wording, terms, lease=timedelta(minutes=2)) for _ in range(2)]
        self.workshop = Workshop()
        self.people = [Family(email=None, guardians=(guardian(f"+3363998{n:04}"),)) for n in range(3)]
        self.states: dict[int, str | None] = dict.fromkeys(range(3))
        self.weeks = 0
        self.off = False
        self.answers = cycle([Taken, Taken, NotNow])
        self.lies: list[str] = []
        self.moment()

    def moment(self) -> None:
        """From now on only what is true from here on may leave."""
        self.recent = {number: {state} for number, state in self.states.items()}
        self.was_off = self.off

    def answer(self, letter: Letter) -> Outcome:
        for number, one in enumerate(self.people):
            for words, state in TRUE_OF.items():
                if letter.to == one.guardians[0].phone and letter.text.startswith(words):
                    self.lies += [] if state in self.recent[number] and not self.was_off else [letter.text]
        return Taken(str(letter.id)) if next(self.answers) is Taken else NotNow("busy")

    def act(self, kind: str, number: int) -> Awaitable[Any] | None:
        """The transaction of it; what enrolment would refuse is None."""
        one = self.people[number]
        if kind == "send":
            return self.senders[number].send()
        if kind == "again":
            return self.enrolment.again()
        if kind in ("contact", "guardian"):
            more = (guardian(f"+3363999{len(self.enrolment.said):04}"),) if kind == "guardian" else ()
            one = self.people[number] = Family(
                email=None, party_id=one.party_id, enrolment_id=one.enrolment_id, guardians=(one.guardians[0], *more)
            )
            return self.enrolment.say(one.contact())
        if kind == "link":
            return self.enrolment.say(one.link_issued())
        if self.off:
            return None
        if kind == "move":
            self.weeks += 1
            return self.enrolment.moves(self.workshop, TUESDAY + timedelta(weeks=self.weeks))
        if kind == "call off":
            self.off = True
            return self.enrolment.calls_off(self.workshop)
        if self.states[number] not in FROM[kind]:
            return None
        self.states[number] = NEXT[kind]
        self.recent[number].add(NEXT[kind])
        match kind:
            case "enrol":
                return self.enrolment.waitlists(one, self.workshop)
            case "offer":
                return self.enrolment.offers(one, self.workshop)
            case "answer":
                return self.enrolment.confirms(one, self.workshop)
            case _:
                return self.enrolment.withdraws(one, self.workshop)


@pytest.mark.timeout(120)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(together=stories)
@example(together=[[("enrol", 0)], [("offer", 0)], [("withdraw", 0)], [("send", 0)]])
@example(
    together=[[("enrol", 0), ("enrol", 1)], [("send", 0), ("send", 1), ("offer", 0), ("withdraw", 1)], [("again", 0)]]
)
@example(
    together=[[("enrol", 0)], [("send", 0), ("move", 0), ("offer", 0)], [("call off", 0), ("send", 1), ("answer", 0)]]
)
async def test_no_double_and_nothing_both_sent_and_taken_back(
    db: Database, wording: Wording, terms: Terms, together: list[list[tuple[str, int]]]
) -> None:
    story = Story(db, wording, replace(terms, a_day=99))
    with time_machine.travel(now(), tick=False) as clock:
        await story.enrolment.opens(story.workshop)
        await story.enrolment.knows(*story.people[:2])
        for moment in together:
            await asyncio.gather(*filter(None, (story.act(*action) for action in moment)))
            clock.shift(20)
            story.moment()
        for one in story.people:
            await story.enrolment.knows(one)
        story.answers = cycle([Taken])
        for _ in range(4):
            clock.shift(3600)
            await asyncio.gather(*(sender.send() for sender in story.senders))
        await story.enrolment.again()
        await asyncio.gather(*(sender.send() for sender in story.senders))

    assert story.lies == [], "taken back, and sent"
    taken = Counter(letter.id for letter in story.phones.taken)
    assert not [id for id, times in taken.items() if times > 1], "told twice"
    statuses = await statuses_of(db, story)
    assert {id for id, status in statuses.items() if status == "sent"} == set(taken)
    assert "scheduled" not in statuses.values(), "forgotten"
    for number, one in enumerate(story.people):
        said = story.phones.texts(one.guardians[0].phone)
        assert len(said) == len(set(said)), "the same twice"
        last = said[-1] if said else ""
        if story.states[number] == "withdrawn" or story.states[number] is None:
            assert not last.startswith(("Changement", "Une place est libre"))
        elif story.off:
            assert last.startswith("Annulation"), said
        elif said:
            assert f"{(TUESDAY + timedelta(weeks=story.weeks)).day} " in last, said


async def statuses_of(db: Database, story: Story) -> dict[Any, str]:
    parties = [one.party_id for one in story.people]
    asked = text(
        "SELECT messages.id, status FROM messages JOIN news ON news.id = news_id WHERE party_id = ANY(:parties)"
    )
    async with db.reading() as session:
        return {row[0]: row[1] for row in await session.execute(asked, {"parties": parties})}
