"""Every refusal and every mistake as problem+json (RFC 9457), or as a page for a person who reads HTML."""

from typing import Any, ClassVar

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ronde.refusal import Refused
from ronde.telemetry import REFUSED

from .language import language, pick
from .validation import explain, is_bad_json

Words = dict[str, str]


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


class NotFound(Refused):
    """There is nothing at this address."""

    code, status = "not-found", 404
    words: ClassVar[Words] = {
        "fr": "Il n'y a rien à cette adresse. Le lien est peut-être incomplet.",
        "en": "There is nothing at this address. The link may be incomplete.",
    }


class MethodNotAllowed(Refused):
    """The address exists, but not for that."""

    code, status = "method-not-allowed", 405
    words: ClassVar[Words] = {
        "fr": "Cette adresse n'accepte pas cette action.",
        "en": "This address does not accept that.",
    }


class BadRequest(Refused):
    """The request could not be read."""

    code, status = "bad-request", 400
    words: ClassVar[Words] = {
        "fr": "La demande n'a pas pu être lue.",
        "en": "The request could not be read.",
    }


class BadJson(Refused):
    """The body is no JSON."""

    code, status = "bad-json", 400
    words: ClassVar[Words] = {
        "fr": "Le corps de la demande n'est pas du JSON.",
        "en": "The body of the request is no JSON.",
    }


class Invalid(Refused):
    """Some fields are missing or not as expected; each is named in `errors`."""

    code, status = "invalid", 422
    words: ClassVar[Words] = {
        "fr": "Certains champs manquent ou ne conviennent pas.",
        "en": "Some fields are missing or not as expected.",
    }


class TooLarge(Refused):
    """The body is over 256 KiB."""

    code, status = "too-large", 413
    words: ClassVar[Words] = {
        "fr": "La demande dépasse 256 Kio.",
        "en": "The request is over 256 KiB.",
    }


class Broken(Refused):
    """Something failed on our side."""

    code, status = "broken", 500
    words: ClassVar[Words] = {
        "fr": "Quelque chose n'a pas marché de notre côté. Rien n'a été enregistré ; réessayez dans un instant.",
        "en": "Something failed on our side. Nothing was recorded; try again in a moment.",
    }


class Crowded(Refused):
    """Too many at once: no connection to the database within its timeout. Nothing was done."""

    code, status = "crowded", 503
    words: ClassVar[Words] = {
        "fr": "Beaucoup de monde au même moment. Rien n'a été enregistré ; réessayez dans quelques secondes.",
        "en": "Many people at the same moment. Nothing was recorded; try again in a few seconds.",
    }


BY_STATUS: dict[int, type[Refused]] = {one.status: one for one in (NotFound, MethodNotAllowed, TooLarge, Broken)}


def answer(request: Request, refusal: Refused, headers: dict[str, str] | None = None) -> Response:
    """The refusal as problem+json; as a page when the reader is a browser."""
    REFUSED.labels(refusal.code).inc()
    lang = language(request)
    if wants_html(request):
        page: Response = request.app.state.pages.render(
            request, "ronde/problem.html", status=refusal.status, refusal=refusal
        )
        page.headers.update(headers or {})
        return page
    body: dict[str, Any] = {
        **refusal.extra,
        "type": f"urn:ronde:problem:{refusal.code}",
        "title": pick(type(refusal).words, lang),
        "status": refusal.status,
        "detail": pick(refusal.reason, lang),
        "code": refusal.code,
        "instance": f"urn:ronde:request:{getattr(request.state, 'request_id', '')}",
    }
    told = {"Content-Language": lang, **(headers or {})}
    if refusal.status == 401:
        told["WWW-Authenticate"] = "Bearer"
    return ProblemResponse(body, refusal.status, told)


def wants_html(request: Request) -> bool:
    """Whether a person reads the answer: browsers name text/html, programs do not."""
    return "text/html" in request.headers.get("accept", "")


def install(app: FastAPI) -> None:
    """Answer all refusals of this app in one voice."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)  # noqa: S101 (registered for Refused below)
        return answer(request, error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        if is_bad_json(error.errors()):
            return answer(request, BadJson())
        return answer(request, Invalid(errors=explain(error.errors(), language(request))))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        if error.status_code < 400:
            return Response(status_code=error.status_code, headers=error.headers)
        kind = BY_STATUS.get(error.status_code, BadRequest if error.status_code < 500 else Broken)
        refusal = kind()
        if kind in (BadRequest, Broken):
            refusal.status = error.status_code  # type: ignore[misc]  # this instance only: 415, 503…
        return answer(request, refusal, dict(error.headers or {}))

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
