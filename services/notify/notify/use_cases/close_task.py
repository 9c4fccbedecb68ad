"""Somebody of the house has told the family: the task is done."""

from dataclasses import dataclass
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from sqlalchemy import update

from notify.tables import Task


@dataclass(frozen=True, kw_only=True)
class CloseTask:
    """`organisation`: whose team did it."""

    task_id: UUID
    organisation: str


async def close_task(tx: Tx, cmd: CloseTask) -> None:
    """Again changes nothing: who was first stays."""
    open_one = (Task.id == cmd.task_id) & Task.done_at.is_(None)
    await tx.session.execute(update(Task).where(open_one).values(done_at=now(), done_by=cmd.organisation))
