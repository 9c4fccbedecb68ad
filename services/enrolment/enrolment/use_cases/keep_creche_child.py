"""Write down a child of a crèche, or what has changed: the day of the first steps, the place."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ronde.database import Tx
from ronde.house import Creche

from enrolment.creche.book import Place
from enrolment.nursery import NotInCreche, lock_creche
from enrolment.tables import CrecheChild


@dataclass(frozen=True, kw_only=True)
class KeepCrecheChild:
    """The whole of it, by an id of the crèche; said twice is said once. No surname, and never why a place is kept."""

    id: UUID
    first_name: str
    born_on: date
    walks_from: date | None
    place: Place


async def keep_creche_child(tx: Tx, creche: Creche, cmd: KeepCrecheChild) -> None:
    """Raises NotInCreche when the id is another crèche's."""
    await lock_creche(tx, creche)
    known = await tx.session.get(CrecheChild, cmd.id)
    if known is not None and known.creche != creche.id:
        raise NotInCreche
    row = CrecheChild(
        id=cmd.id, creche=creche.id, first_name=cmd.first_name, born_on=cmd.born_on, walks_from=cmd.walks_from,
        place=cmd.place,
    )  # fmt: skip
    await tx.session.merge(row)
