"""Confirm an address, by the code that was sent there or by the link beside it."""

from dataclasses import dataclass
from hmac import compare_digest
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused
from sqlalchemy import or_, select

from enrolment.doorkeys import code_hash, new_token, open_page, token_hash
from enrolment.people import SELF, lock_guardian, tell_contact
from enrolment.settings import Entry
from enrolment.tables import Code, Guardian, Party


@dataclass(frozen=True, kw_only=True)
class ConfirmCode:
    """`code_id` and what was typed; or the link's token alone."""

    code_id: UUID | None = None
    typed: str = ""
    token: str | None = None


class CodeWrong(Refused):
    """The code is not the one that was sent there, or works no longer; nobody learns which."""

    code, status = "code-wrong", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Ce code n'est pas le bon, ou il ne fonctionne plus. Vérifiez-le, ou demandez-en un nouveau.",
        "en": "This code is not the right one, or no longer works. Check it, or ask for a new one.",
    }


@dataclass(frozen=True, kw_only=True)
class WayIn:
    """A family's page that the address opens."""

    party: Party
    guardian: Guardian
    token: str


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """`proof`: with it they may register; None when the code was to confirm a guardian's new address."""

    ways: tuple[WayIn, ...]
    proof: str | None


async def confirm_code(tx: Tx, entry: Entry, cmd: ConfirmCode) -> Confirmed | None:
    """None: wrong, used, over or unknown. The attempt is counted, so the door commits, and then raises CodeWrong."""
    wanted = Code.link_hash == token_hash(cmd.token) if cmd.token is not None else Code.id == cmd.code_id
    found = await tx.session.scalar(select(Code).where(wanted))
    if found is None:
        return None
    # The family before the code, as everywhere.
    whose = found.guardian_id if found.purpose == "contact" else None
    mine = await lock_guardian(tx, whose) if whose is not None else None
    code = await tx.session.get(Code, found.id, with_for_update=True, populate_existing=True)
    if code is None or code.confirmed_at or code.expires_at <= now() or code.attempts >= entry.attempts:
        return None
    code.attempts += 1
    if cmd.token is None and not compare_digest(code.code_hash, code_hash(entry, code.id, cmd.typed)):
        return None
    code.confirmed_at = now()
    if mine is not None:
        party, guardian = mine
        _reached_by(guardian, code)
        party.active_at = now()
        await tell_contact(tx, party)
        return Confirmed(
            ways=(WayIn(party=party, guardian=guardian, token=open_page(tx, entry, guardian)),), proof=None
        )
    proof = new_token()
    code.proof_hash = token_hash(proof)
    return Confirmed(ways=await _ways(tx, entry, code.address), proof=proof)


def _reached_by(guardian: Guardian, code: Code) -> None:
    if code.channel == "email":
        guardian.email = code.address
    else:
        guardian.phone = code.address
    if guardian.agreed_at is None:
        guardian.agreed_at, guardian.agreed_with = now(), SELF


async def _ways(tx: Tx, entry: Entry, address: str) -> tuple[WayIn, ...]:
    """All that this address opens: parents may share one, and a parent may be a childminder too."""
    found = await tx.session.execute(
        select(Guardian, Party)
        .join(Party, Party.id == Guardian.party_id)
        .where(or_(Guardian.email == address, Guardian.phone == address), Guardian.agreed_at.is_not(None))
        .order_by(Guardian.id)
    )
    return tuple(
        WayIn(party=party, guardian=guardian, token=open_page(tx, entry, guardian)) for guardian, party in found
    )
