"""Each guardian by their own way and in their own language, once for the family, never with another's address."""

import pytest
import time_machine
from notify.providers import NotNow, Rejected
from notify.sending import Sender
from notify.testing import TUESDAY, Enrolment, Family, Postbox, Workshop, families, guardian, statuses
from ronde.clock import now
from ronde.database import Database
from ronde.ids import new_id
from sqlalchemy import text

pytestmark = pytest.mark.database
LATER = TUESDAY.replace(day=23)


async def drain(*senders: Sender) -> None:
    for sender in senders:
        while await sender.send():
            pass


async def enrolled(enrolment: Enrolment, *people: Family) -> Workshop:
    workshop = Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(*people)
    for family in people:
        await enrolment.confirms(family, workshop)
    return workshop


async def test_separated_guardians_each_get_theirs_and_never_see_the_others_address(
    enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox
) -> None:
    mother = guardian("+33639980011", "une@example.org")
    father = guardian("+33639980012", "autre@example.org", language="en")
    family = Family(guardians=(mother, father))
    workshop = await enrolled(enrolment, family)
    await drain(sms, email)
    await enrolment.moves(workshop, LATER)
    await drain(sms, email)
    assert [one.split(" :")[0] for one in phones.texts(mother.phone)] == ["C'est confirmé", "Changement"]
    assert [one.split(":")[0] for one in phones.texts(father.phone)] == ["Confirmed", "Change"]
    assert phones.texts(family.phone) == [], "the family's own contact is no third person"
    letters = [*phones.taken, *mailboxes.taken]
    assert len(letters) == 8, "the move is told by both: the mail had put the old time into a calendar"
    for letter in letters:
        others = {mother.phone, mother.email, father.phone, father.email} - {letter.to}
        said = f"{letter.subject}{letter.text}{letter.html}{letter.invitations}"
        assert not any(str(other) in said for other in others)
    assert len({letter.one_click for letter in mailboxes.taken}) == 2, "each their own page"


async def test_two_guardians_who_share_a_telephone_get_one_sms(
    db: Database, enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox
) -> None:
    """And one of whom only the name is known is no task, as long as another can be reached."""
    shared = "+33639980011"
    both = guardian(shared, "une@example.org"), guardian(shared, "Une@Example.org"), guardian(shared), guardian()
    await enrolled(enrolment, Family(guardians=both))
    await drain(sms, email)
    assert [letter.to for letter in phones.taken] == [shared]
    assert len(mailboxes.taken) == 1
    async with db.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM tasks"))).scalar() == 0


async def test_the_channel_that_somebody_asked_for_is_theirs_alone(
    enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox
) -> None:
    by_mail = guardian("+33639980011", "une@example.org", channel="email")
    by_both = guardian("+33639980012", "autre@example.org")
    await enrolled(enrolment, Family(guardians=(by_mail, by_both)))
    await drain(sms, email)
    assert [letter.to for letter in phones.taken] == [by_both.phone]
    assert sorted(letter.to for letter in mailboxes.taken) == ["autre@example.org", "une@example.org"]


async def test_a_guardian_added_or_removed_since_is_right_when_it_leaves(
    db: Database, enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    """The provider was away: between the news and the sending the family told us of a separation."""
    stays, goes, comes = (guardian(f"+3363998001{n}") for n in range(3))
    family = Family(guardians=(stays, goes))
    phones.answer = lambda _letter: NotNow("busy")
    await enrolled(enrolment, family)
    await drain(sms)
    await enrolment.say(Family(party_id=family.party_id, guardians=(stays, comes)).contact())
    phones.answer = Postbox().answer
    async with db.transaction() as tx:
        await tx.session.execute(text("UPDATE messages SET due_at = created_at"))
    await drain(sms)
    assert sorted(letter.to for letter in phones.taken) == sorted([stays.phone or "", comes.phone or ""])


async def test_who_comes_after_it_was_told_is_not_told_of_old_news(
    enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    told, late = guardian("+33639980011"), guardian("+33639980012")
    family = Family(guardians=(told,))
    workshop = await enrolled(enrolment, family)
    await drain(sms)
    await enrolment.say(Family(party_id=family.party_id, guardians=(told, late)).contact())
    await drain(sms)
    assert phones.texts(late.phone) == []
    await enrolment.calls_off(workshop)
    await drain(sms)
    assert [one.split(" :")[0] for one in phones.texts(late.phone)] == ["Annulation"]


async def test_an_address_that_changes_twice_loses_no_message(
    enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    family = Family(email=None)
    await enrolled(enrolment, family)
    known = {"party_id": family.party_id, "enrolment_id": family.enrolment_id}
    await enrolment.say(Family(phone=None, email="famille@example.org", **known).contact())  # type: ignore[arg-type]
    await enrolment.say(Family(email=None, **known).contact())  # type: ignore[arg-type]
    await drain(sms)
    assert len(phones.texts(family.phone)) == 1


async def test_one_message_for_a_family_of_a_session_not_one_for_each_child(
    enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    """Two enrolments in one session. The one that carries the news leaves: the other's family is told all the same."""
    first = Family(email=None)
    second = Family(email=None, party_id=first.party_id, enrolment_id=new_id())
    workshop = await enrolled(enrolment, first, second)
    await drain(sms)
    phones.taken.clear()
    await enrolment.moves(workshop, LATER)
    await enrolment.withdraws(min(first, second, key=lambda one: one.enrolment_id), workshop)
    await drain(sms)
    assert [one.split(" :")[0] for one in phones.texts(first.phone)].count("Changement") == 1
    await enrolment.calls_off(workshop)
    await enrolment.again()
    await drain(sms)
    assert [one.split(" :")[0] for one in phones.texts(first.phone)].count("Annulation") == 1


async def test_both_enrolments_gone_nothing_is_told_of_the_move(
    enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    first = Family(email=None)
    second = Family(email=None, party_id=first.party_id, enrolment_id=new_id())
    workshop = await enrolled(enrolment, first, second)
    await drain(sms)
    await enrolment.moves(workshop, LATER)
    await enrolment.withdraws(first, workshop)
    await enrolment.withdraws(second, workshop)
    await drain(sms)
    assert not any(one.startswith("Changement") for one in phones.texts(first.phone))


async def test_what_an_sms_cannot_carry_goes_by_email_and_then_to_a_person(
    db: Database, enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox
) -> None:
    family = Family()
    phones.answer = mailboxes.answer = lambda _letter: Rejected("refused-by-provider")
    workshop = Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.waitlists(family, workshop)
    await drain(sms, email)
    assert await statuses(db, family) == [
        ("enrolment-waiting", "sms", "failed"),
        ("enrolment-waiting", "email", "failed"),
    ]
    async with db.reading() as session:
        assert (await session.execute(text("SELECT code FROM tasks"))).scalars().all() == ["refused-by-provider"]


async def test_a_correction_goes_by_the_way_that_was_really_used(
    enrolment: Enrolment, sms: Sender, email: Sender, phones: Postbox, mailboxes: Postbox
) -> None:
    """Their SMS never arrived, the e-mail did: a move that went by SMS would correct nothing."""
    family = Family()
    phones.answer = lambda _letter: Rejected("refused-by-provider")
    workshop = Workshop()
    await enrolment.opens(workshop)
    await enrolment.knows(family)
    await enrolment.waitlists(family, workshop)
    await drain(sms, email)
    await enrolment.moves(workshop, LATER)
    await drain(sms, email)
    assert [letter.subject.split(" :")[0] for letter in mailboxes.taken][-1] == "Changement"
    assert len(phones.given) == 1


async def test_a_storm_is_told_in_a_days_share_and_the_rest_tomorrow(
    enrolment: Enrolment, sms: Sender, phones: Postbox
) -> None:
    """A series is planned: one family gets ten places in a minute. A cancellation among them does not wait."""
    one = Family(email=None)
    with time_machine.travel(TUESDAY.replace(day=2), tick=False) as clock:
        workshops = [Workshop(title=f"Atelier {n}") for n in range(10)]
        for workshop in workshops:
            again = Family(email=None, party_id=one.party_id)
            await enrolment.opens(workshop)
            await enrolment.knows(again)
            await enrolment.confirms(again, workshop)
        await drain(sms)
        assert len(phones.texts(one.phone)) == 6
        await enrolment.calls_off(workshops[0])
        await drain(sms)
        assert len(phones.texts(one.phone)) == 7
        clock.move_to(now().replace(day=3, hour=7))
        await drain(sms)
        confirmed = [text for text in phones.texts(one.phone) if text.startswith("C'est confirmé")]
        assert len(confirmed) == len(set(confirmed)) == 10


async def test_families_do_not_hear_of_each_other(enrolment: Enrolment, sms: Sender, phones: Postbox) -> None:
    people = [Family(one.phone, None) for one in families(4)]
    await enrolled(enrolment, *people)
    await drain(sms)
    for family in people:
        [told] = phones.texts(family.phone)
        assert not any(other.link in told for other in people if other is not family)
