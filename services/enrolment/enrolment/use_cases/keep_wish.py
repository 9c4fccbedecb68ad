"""Register a family for occasional care, or write down what has changed of its wish."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.house import Creche
from ronde.refusal import Refused
from sqlalchemy import select

from enrolment.nursery import NotInCreche, child_of, lock_creche
from enrolment.nursery.caring import offer_freed_hours
from enrolment.people import hold_party
from enrolment.settings import Terms
from enrolment.tables import CareWish


@dataclass(frozen=True, kw_only=True)
class KeepWish:
    """The whole of it, by an id of the crèche; said twice is said once. `week`: seven texts of hours, from Monday.

    `early`: the family may be asked in the night about hours of the same day.
    """

    id: UUID
    child_id: UUID
    party_id: UUID
    week: Sequence[str]
    least_minutes: int
    starts_on: date
    ends_on: date | None
    early: bool


class WishesAlready(Refused):
    """The child is registered for occasional care, under another id."""

    code, status = "wishes-already", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cet enfant est déjà inscrit à l'accueil occasionnel : changez son inscription.",
        "en": "This child is registered for occasional care already: change what is registered.",
    }


async def keep_wish(tx: Tx, terms: Terms, creche: Creche, cmd: KeepWish) -> None:
    """Hours that are free already are offered at once. Raises NotInCreche, PartyUnknown, WishesAlready."""
    party = await hold_party(tx, cmd.party_id)
    await lock_creche(tx, creche)
    await child_of(tx, creche, cmd.child_id)
    known = await tx.session.get(CareWish, cmd.id)
    if known is not None and known.creche != creche.id:
        raise NotInCreche
    others = select(CareWish.id).where(CareWish.child_id == cmd.child_id, CareWish.live, CareWish.id != cmd.id)
    if await tx.session.scalar(others) is not None:
        raise WishesAlready
    row = CareWish(
        id=cmd.id, creche=creche.id, child_id=cmd.child_id, party_id=party.id, week=list(cmd.week),
        least_minutes=cmd.least_minutes, starts_on=cmd.starts_on, ends_on=cmd.ends_on, early=cmd.early, live=True,
        since=known.since if known else now(),
    )  # fmt: skip
    await tx.session.merge(row)
    await offer_freed_hours(tx, terms, creche)
