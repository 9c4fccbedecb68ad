"""Merge two files of one family: only staff do it, who have spoken with them."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx, violated
from ronde.refusal import Refused
from sqlalchemy import Table, delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from enrolment.likeness import same_child, same_person
from enrolment.nursery.applying import child_of
from enrolment.people import both_enrolled, lock_party, tell_contact
from enrolment.states import LIVING
from enrolment.tables import (
    CareWish,
    Child,
    CrecheApplication,
    Enrolment,
    FormerId,
    Guardian,
    OwnFamily,
    Party,
    Signature,
)

TIES: tuple[Table, ...] = tuple(one.metadata.tables[one.__tablename__] for one in (OwnFamily, Signature))
"""What organisations hold of a family: both files' together."""


@dataclass(frozen=True, kw_only=True)
class MergeParties:
    """`gone` becomes a former id of `kept`. `by`: the organisation whose staff decided."""

    kept: UUID
    gone: UUID
    by: str


class SameFamily(Refused):
    """The two are one file already."""

    code, status = "same-family", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Ces deux fiches n'en font déjà qu'une.",
        "en": "These two files are one already.",
    }


class OtherKind(Refused):
    """A family and a childminder stay two, even when one person is both."""

    code, status = "other-kind", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Une famille et une assistante maternelle restent deux fiches, même pour une seule personne.",
        "en": "A family and a childminder stay two files, even for one person.",
    }


class BothEnrolled(Refused):
    """Both are in one session: staff withdraw the one that is too many, then merge."""

    code, status = "both-enrolled", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Les deux fiches sont inscrites à une même séance. Annulez d'abord l'inscription qui est de trop : "
        "personne ne perd sa place sans que vous l'ayez décidé.",
        "en": "Both files are enrolled in one session. Withdraw the enrolment that is too many first: "
        "nobody loses a place unless you decide so.",
    }
    example: ClassVar[dict[str, Any]] = {
        "enrolments": [
            {
                "organiser": "relais",
                "session_id": "0199a1f0-1001-7c3e-9b21-5d0f4e6a1001",
                "kept": "0199a1f0-3001-7c3e-9b21-5d0f4e6a3001",
                "gone": "0199a1f0-3002-7c3e-9b21-5d0f4e6a3002",
            }
        ]
    }


class BothApplied(Refused):
    """Both ask for a crèche place for one child: staff withdraw the application that is too many, then merge."""

    code, status = "both-applied", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Les deux fiches demandent une place en crèche pour un même enfant. Retirez d'abord la demande qui est "
        "de trop : une commission compare une demande par enfant.",
        "en": "Both files ask for a crèche place for one child. Withdraw the application that is too many first: a "
        "committee compares one application for each child.",
    }
    example: ClassVar[dict[str, Any]] = {"applications": ["D-4CFH7M", "D-7K3QX9"]}


async def merge_parties(tx: Tx, cmd: MergeParties) -> Party:
    """Enrolments keep their place and their rank, links go on working, and so does the id that is gone."""
    # in the order of their ids: two who merge the same two do not wait for each other
    one, other = [await lock_party(tx, id) for id in sorted((cmd.kept, cmd.gone))]
    kept, gone = (one, other) if cmd.kept < cmd.gone else (other, one)
    if kept.id == gone.id:
        raise SameFamily
    if kept.kind != gone.kind:
        raise OtherKind
    both = await both_enrolled(tx.session, kept.id, gone.id)
    if both:
        raise BothEnrolled(enrolments=[_named(*pair) for pair in both])
    await _one_application_a_child(tx, kept, gone)
    await _move_children(tx, kept, gone)
    await _move_guardians(tx, kept, gone)
    await _move_ties(tx, kept, gone)
    kept.active_at = max(kept.active_at, gone.active_at)
    kept.created_at = min(kept.created_at, gone.created_at)
    former = FormerId(id=gone.id, party_id=kept.id, merged_by=cmd.by, merged_at=now(), version=gone.version)
    await tx.session.execute(delete(Party).where(Party.id == gone.id))
    tx.session.add(former)
    await tx.session.refresh(kept, ["guardians", "children"])
    await tell_contact(tx, kept)
    return kept


def _named(mine: Enrolment, theirs: Enrolment) -> dict[str, str]:
    session = {"organiser": mine.organiser, "session_id": str(mine.session_id)}
    return {**session, "kept": str(mine.id), "gone": str(theirs.id)}


async def _one_application_a_child(tx: Tx, kept: Party, gone: Party) -> None:
    """Raises BothApplied."""
    known: dict[tuple[object, ...], str] = {}
    theirs = CrecheApplication.party_id.in_((kept.id, gone.id)), CrecheApplication.state.in_(LIVING)
    for one in await tx.session.scalars(select(CrecheApplication).where(*theirs)):
        if (other := known.setdefault((one.commission, *child_of(one)), one.reference)) != one.reference:
            raise BothApplied(applications=sorted((other, one.reference)))


async def _move_children(tx: Tx, kept: Party, gone: Party) -> None:
    """The same child twice becomes one; the more exact birth date stays."""
    same: dict[UUID, UUID] = {}
    for child in gone.children:
        known = next((one for one in kept.children if same_child(one, child)), None)
        if known is None:
            continue
        same[child.id] = known.id
        if child.born_exactly and not known.born_exactly:
            known.born_on, known.born_exactly = child.born_on, True
    await tx.session.execute(delete(Child).where(Child.id.in_(same)))
    await tx.session.execute(update(Child).where(Child.party_id == gone.id).values(party_id=kept.id))
    for enrolment in await tx.session.scalars(select(Enrolment).where(Enrolment.party_id == gone.id)):
        enrolment.child_ids = [same.get(id, id) for id in enrolment.child_ids]


async def _move_guardians(tx: Tx, kept: Party, gone: Party) -> None:
    """The same person twice becomes one, with every address that either file had."""
    for guardian in gone.guardians:
        known = next((one for one in kept.guardians if same_person(one, guardian)), None)
        if known is None:
            guardian.party_id = kept.id
            continue
        known.email, known.phone = known.email or guardian.email, known.phone or guardian.phone
        known.channel = known.channel or guardian.channel
        if known.agreed_at is None:
            known.agreed_at, known.agreed_with = guardian.agreed_at, guardian.agreed_with
        await tx.session.execute(delete(Guardian).where(Guardian.id == guardian.id))


async def _move_ties(tx: Tx, kept: Party, gone: Party) -> None:
    """Enrolments, applications, former ids, wishes, and what organisations said of them.

    The constraint judges a race with an enrolment.
    """
    try:
        async with tx.session.begin_nested():
            await tx.session.execute(update(Enrolment).where(Enrolment.party_id == gone.id).values(party_id=kept.id))
    except IntegrityError as error:
        if violated(error, "one_active_enrolment"):
            raise BothEnrolled from None
        raise
    for one in (CrecheApplication, FormerId, CareWish):
        await tx.session.execute(update(one).where(one.party_id == gone.id).values(party_id=kept.id))
    for table in TIES:
        rest = [column for column in table.c if column.name != "party_id"]
        moved = select(literal(kept.id), *rest).where(table.c.party_id == gone.id)
        names = ["party_id", *(column.name for column in rest)]
        await tx.session.execute(insert(table).from_select(names, moved).on_conflict_do_nothing())
