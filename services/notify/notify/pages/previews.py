"""What every message looks like, with sample data: to be reread by people before families read it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Staff, dates, render

from notify.doors import wording_of
from notify.gsm import in_gsm, parts
from notify.pages.words import PURPOSES as NAMES
from notify.purposes import PURPOSES, Purpose
from notify.samples import sample

router = APIRouter(prefix="/previews")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""An e-mail brings its own style, and nothing else."""


class NotWritten(Refused):
    """The house does not write in that language."""

    code, status = "not-written", 404
    words = {  # noqa: RUF012
        "fr": "La maison n'écrit pas dans cette langue. Ses langues sont dans le fichier de la maison.",
        "en": "The house does not write in that language. Its languages are in the house file.",
    }


@router.get("")
async def show_purposes(request: Request, staff: Staff) -> Response:  # noqa: ARG001
    return render(request, "previews.html", names=NAMES, purposes=PURPOSES)


@router.get("/{purpose}")
async def show_previews(purpose: Purpose, request: Request, staff: Staff) -> Response:  # noqa: ARG001
    """One purpose, in every language and channel."""
    written = [_written(request, purpose, language) for language in service_of(request).house.languages]
    return render(request, "preview.html", purpose=purpose, name=NAMES[purpose], written=written)


@router.get("/{purpose}/{language}.html")
async def show_mail(
    purpose: Purpose,
    language: Annotated[str, Path(pattern="^[a-z]{2}$")],
    request: Request,
    staff: Staff,  # noqa: ARG001
) -> Response:
    """The HTML mail alone, for the frame. Raises NotWritten."""
    if language not in service_of(request).house.languages:
        raise NotWritten
    _, _, html = wording_of(request).email(purpose, language, sample(purpose, language))
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY, "X-Frame-Options": "SAMEORIGIN"})


def _written(request: Request, purpose: Purpose, language: str) -> dict[str, object]:
    wording, facts, row = wording_of(request), sample(purpose, language), PURPOSES[purpose]
    subject, text, _ = wording.email(purpose, language, facts)
    sms = wording.sms(purpose, language, facts) if "sms" in row.written else None
    of_several = wording.sms(purpose, language, {**facts, "also": [facts] * 9}) if row.together else None
    return {
        "language": language,
        "name": dates.locale(language).get_display_name(language),
        "direction": dates.direction(language),
        "sms": sms,
        "of_several": of_several,
        "parts": parts(sms) if sms else 0,
        "short": bool(sms) and in_gsm(sms or ""),
        "subject": subject,
        "text": text,
    }
