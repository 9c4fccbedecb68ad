"""A family's page behind its link: who visits, or the kind page for a visit that is over."""

from typing import Annotated, Any, ClassVar

from fastapi import Depends, Request
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import render
from starlette.responses import Response

from enrolment import queries
from enrolment.pages.common import private
from enrolment.queries import people


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


async def family_page(
    request: Request,
    template: str,
    token: str,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    refusal: Refused | None = None,
    **more: Any,
) -> Response:
    """One of a family's pages, with what was typed, what is wrong with it, and what else it says. Raises VisitOver."""
    async with service_of(request).db.reading() as session:
        seen = await people.family(session, token)
    if seen is None:
        raise VisitOver
    status = refusal.status if refusal else 422 if errors else 200
    given = {"typed": typed or {}, "errors": errors or {}, "refusal": refusal}
    return private(render(request, template, status=status, token=token, seen=seen, **given, **more))
