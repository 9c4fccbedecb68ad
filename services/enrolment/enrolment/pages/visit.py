"""A family's page behind its link: who visits, or the kind page for a visit that is over."""

from typing import Annotated, ClassVar

from fastapi import Depends, Request
from ronde.refusal import Refused
from ronde.service import service_of

from enrolment import queries


class VisitOver(Refused):
    """The link was given to nobody, or the visit is over."""

    code, status = "visit-over", 410
    words: ClassVar[dict[str, str]] = {
        "fr": "Votre visite est terminée : une page de famille reste ouverte deux heures. Revenez à l'accueil et "
        "demandez un nouveau code.",
        "en": "Your visit is over: a family's page stays open for two hours. Go back to the start and ask for a "
        "new code.",
    }


async def visiting(token: str, request: Request) -> queries.Visitor:
    """Raises VisitOver."""
    async with service_of(request).db.reading() as session:
        found = await queries.visitor(session, token)
    if found is None:
        raise VisitOver
    return found


Visiting = Annotated[queries.Visitor, Depends(visiting)]
"""In a route whose path has the token: `visitor: Visiting`."""
