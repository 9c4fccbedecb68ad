"""What happens when somebody leaves a session, whoever asked for it."""

from ronde.database import Tx
from ronde_contracts.enrolment import EnrolmentWithdrawn

from enrolment.log import note
from enrolment.offering import offer_free_places
from enrolment.settings import Terms
from enrolment.tables import Enrolment, Session
from enrolment.telling import tell_enrolment


async def leave(tx: Tx, terms: Terms, session: Session, enrolment: Enrolment) -> None:
    """Withdraw an active enrolment of a locked session; what they held goes to the next."""
    was, enrolment.state, enrolment.deadline = enrolment.state, "withdrawn", None
    note(tx, enrolment, "withdrawn", was=was)
    tell_enrolment(tx, enrolment, EnrolmentWithdrawn, was=was)
    await offer_free_places(tx, session, terms)
