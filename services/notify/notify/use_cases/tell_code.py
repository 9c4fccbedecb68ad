"""Send a code to the one address that it is for; neither is kept once it has left."""

from ronde.clock import now
from ronde.database import Tx
from ronde.ids import new_id
from ronde_contracts.enrolment import CodeIssued
from sqlalchemy.dialects.postgresql import insert

from notify.holding import hold_families
from notify.purposes import Purpose
from notify.tables import Erased, Notice


async def tell_code(tx: Tx, code: CodeIssued) -> None:
    """The same code again changes nothing; of a family that is forgotten none is sent."""
    if code.party_id is not None:
        await hold_families(tx.session, [code.party_id])
        if await tx.session.get(Erased, code.party_id) is not None:
            return
    at = now()
    row = insert(Notice).values(
        id=new_id(),
        purpose=Purpose.CODE,
        channel=code.channel,
        about=str(code.code_id),
        version=1,
        party_id=code.party_id,
        address=code.address,
        language=code.language,
        facts={
            "code": code.code,
            "link": code.url,
            "why": code.purpose,
            "expires_at": code.expires_at.isoformat(),
        },
        status="scheduled",
        attempts=0,
        created_at=at,
        due_at=at,
        expires_at=code.expires_at,
    )
    await tx.session.execute(row.on_conflict_do_nothing(constraint="notices_once"))
