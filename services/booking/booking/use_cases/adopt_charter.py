"""Charters follow one another: the house file proposes, every founder consents, then it is in force."""

from dataclasses import dataclass
from typing import ClassVar

from ronde.clock import now
from ronde.database import Tx
from ronde.house import House
from ronde.refusal import Refused
from ronde_contracts.booking import CharterAdopted, CharterProposed
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from booking.charter_tables import CharterConsent, CharterVersion

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('ronde charters'))")


@dataclass(frozen=True, kw_only=True)
class ConsentToCharter:
    version: int
    organisation: str


class NoSuchProposal(Refused):
    """No charter of that version waits for consent."""

    code, status = "no-such-proposal", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Aucune charte de ce numéro n'attend de consentement.",
        "en": "No charter of that number waits for consent.",
    }


class ForFoundersOnly(Refused):
    """The charter is the founders'."""

    code, status = "for-founders-only", 403
    words: ClassVar[dict[str, str]] = {
        "fr": "Une charte se décide entre structures fondatrices.",
        "en": "A charter is decided among the founders.",
    }


async def follow_the_charter(tx: Tx, house: House) -> None:
    """Run when the service starts. The first charter comes with the house; a new one in the file is a proposal.

    The file changed back to what is in force drops the proposal.
    """
    if house.charter is None:
        return
    await tx.session.execute(ONE_AT_A_TIME)
    terms = house.charter.model_dump(mode="json")
    versions = list(await tx.session.scalars(select(CharterVersion).order_by(CharterVersion.version)))
    if not versions:
        tx.session.add(CharterVersion(version=1, terms=terms, adopted_at=now()))
        return
    in_force = next(one for one in reversed(versions) if one.adopted_at)
    proposal = _open(versions)
    if proposal is not None and proposal.terms != terms:
        proposal.dropped_at = now()
        await tx.session.flush()
    if terms in (in_force.terms, proposal.terms if proposal else None):
        return
    version = versions[-1].version + 1
    tx.session.add(CharterVersion(version=version, terms=terms))
    tx.publish(CharterProposed(version=version, founders=house.founders), sequence=1)


async def consent_to_charter(tx: Tx, house: House, cmd: ConsentToCharter) -> CharterVersion:
    """In force with the last founder's consent. Consenting again changes nothing."""
    if cmd.organisation not in house.founders:
        raise ForFoundersOnly
    await tx.session.execute(ONE_AT_A_TIME)
    version = await tx.session.get(CharterVersion, cmd.version, populate_existing=True)
    said = await consenting(tx.session, cmd.version)
    if version is not None and cmd.organisation in said:
        return version
    if version is None or version.adopted_at or version.dropped_at:
        raise NoSuchProposal
    tx.session.add(CharterConsent(version=cmd.version, organisation=cmd.organisation))
    said = (*said, cmd.organisation)
    if set(said) >= set(house.founders):
        version.adopted_at = now()
        tx.publish(CharterAdopted(version=cmd.version, founders=house.founders, consenting=said), sequence=2)
    return version


async def consenting(session: AsyncSession, version: int) -> tuple[str, ...]:
    """Who has consented to it, in the order that they did."""
    query = select(CharterConsent.organisation).filter_by(version=version).order_by(CharterConsent.at)
    return tuple(await session.scalars(query))


def _open(versions: list[CharterVersion]) -> CharterVersion | None:
    return next((one for one in versions if not one.adopted_at and not one.dropped_at), None)
