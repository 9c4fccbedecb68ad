"""What lets a person in without an account: codes that confirm an address, and links to their family's page."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.tables.base import Base


class Code(Base):
    """A code, and the link that does the same, sent to one address. Code, link and asker are kept as hashes.

    `purpose`: `enter`, or `contact` with the guardian whose address it becomes. `proof_hash`: of what whoever
    confirmed may register with. Rows go a day after they end.
    """

    __tablename__ = "codes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    channel: Mapped[str]
    address: Mapped[str] = mapped_column(index=True)
    language: Mapped[str]
    guardian_id: Mapped[UUID | None] = mapped_column(ForeignKey("guardians.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    link_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    proof_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    asked_by: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    attempts: Mapped[int]
    confirmed_at: Mapped[datetime | None]


class FamilyLink(Base):
    """One guardian's way to their family's page, for as long as a visit lasts."""

    __tablename__ = "family_links"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("guardians.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]
