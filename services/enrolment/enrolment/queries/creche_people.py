"""A crèche's children with their weeks and absences, and its team, for the pages on which they are written down."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ronde.house import Creche
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from enrolment.nursery import NotInCreche
from enrolment.tables import CrecheAbsence, CrecheAdaptation, CrecheChild, CrecheContract, CrecheShift


@dataclass(frozen=True)
class Known:
    """A child; contracts by their first day, adaptations and absences that are not over."""

    child: CrecheChild
    contracts: list[CrecheContract]
    adaptations: list[CrecheAdaptation]
    absences: list[CrecheAbsence]


async def children(session: AsyncSession, creche: Creche) -> list[CrecheChild]:
    """By first name."""
    found = select(CrecheChild).where(CrecheChild.creche == creche.id)
    return list(await session.scalars(found.order_by(CrecheChild.first_name, CrecheChild.id)))


async def shifts(session: AsyncSession, creche: Creche, today: date) -> list[CrecheShift]:
    """Those that are not over."""
    found = select(CrecheShift).where(CrecheShift.creche == creche.id)
    lasting = found.where(or_(CrecheShift.ends_on.is_(None), CrecheShift.ends_on >= today))
    return list(await session.scalars(lasting.order_by(CrecheShift.starts_on, CrecheShift.id)))


async def one_child(session: AsyncSession, creche: Creche, id: UUID, today: date) -> Known | None:
    """None when nobody has this id; NotInCreche when it is another crèche's."""
    child = await session.get(CrecheChild, id)
    if child is None:
        return None
    if child.creche != creche.id:
        raise NotInCreche
    contracts = select(CrecheContract).where(CrecheContract.child_id == id).order_by(CrecheContract.starts_on)
    adaptations = select(CrecheAdaptation).where(CrecheAdaptation.child_id == id, CrecheAdaptation.ends_on >= today)
    absences = select(CrecheAbsence).where(CrecheAbsence.child_id == id, CrecheAbsence.ends_on >= today)
    return Known(
        child,
        list(await session.scalars(contracts)),
        list(await session.scalars(adaptations.order_by(CrecheAdaptation.starts_on))),
        list(await session.scalars(absences.order_by(CrecheAbsence.starts_on))),
    )


async def one_shift(session: AsyncSession, creche: Creche, id: UUID) -> CrecheShift | None:
    """None when there is none; NotInCreche when it is another crèche's."""
    shift = await session.get(CrecheShift, id)
    if shift is not None and shift.creche != creche.id:
        raise NotInCreche
    return shift
