"""Staff sign in to the pages with their organisation's key; a signed cookie remembers it for twelve hours."""

from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Query
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ronde.refusal import Refused

from .host import Service, service_of
from .keys import digest, must_be_of_the_house, owner

HOURS_12 = 12 * 3600
router = APIRouter(include_in_schema=False)


class SignInFirst(Refused):
    """The page is for staff."""

    code, status = "sign-in-first", 401
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette page est réservée aux équipes de la maison.",
        "en": "This page is for the teams of the house.",
    }


class WrongKey(Refused):
    """The key typed in opens nothing."""

    code, status = "wrong-key", 401
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette clé n'ouvre rien ici. Vérifiez qu'elle est copiée en entier.",
        "en": "This key opens nothing here. Check that it was copied whole.",
    }


def cookie_name(service: Service) -> str:
    """One cookie per service: browsers share cookies between the ports of a host."""
    return f"ronde-{service.settings.service}"


def signer(service: Service) -> URLSafeTimedSerializer:
    """Signs for this service only."""
    if len(service.settings.secret) < 32:
        raise RuntimeError("RONDE_SECRET must have 32 characters or more: it signs the staff's cookies")
    return URLSafeTimedSerializer(service.settings.secret, salt=f"ronde.staff.{service.settings.service}")


def signed_in(request: Request) -> str | None:
    """The organisation of the person who is signed in. A key taken out of the file ends its sign-ins."""
    service = service_of(request)
    cookie = request.cookies.get(cookie_name(service))
    if not cookie:
        return None
    try:
        key_digest = signer(service).loads(cookie, max_age=HOURS_12)
    except BadSignature:
        return None
    return owner(request, key_digest) if isinstance(key_digest, str) else None


async def staff(request: Request) -> str:
    """The signed-in organisation's slug; else the sign-in page comes first."""
    slug = signed_in(request)
    if slug is None:
        raise SignInFirst
    return must_be_of_the_house(request, slug)


Staff = Annotated[str, Depends(staff)]
"""In a page's route: `staff: Staff`."""


def safe_path(target: str) -> str:
    """A path of this site, never an address elsewhere."""
    plain = target.startswith("/") and target.isprintable() and not target.startswith(("//", "/\\"))
    return target if plain else "/"


async def sign_in_first(request: Request, _error: Exception) -> Response:
    """Show the sign-in form in the place of the page that was asked for, then come back to it."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return form(request, next=here if request.method == "GET" else "/", status=401)


def form(request: Request, *, next: str, status: int = 200, refusal: Refused | None = None) -> Response:
    page: Response = request.app.state.pages.render(
        request, "ronde/sign-in.html", status=status, next=safe_path(next), refusal=refusal
    )
    return page


@router.get("/sign-in")
async def show_sign_in(request: Request, next: Annotated[str, Query()] = "/") -> Response:
    return form(request, next=next)


@router.post("/sign-in")
async def sign_in(request: Request, key: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/") -> Response:
    service = service_of(request)
    hashed = digest(key.strip())
    if owner(request, hashed) is None:
        return form(request, next=next, status=401, refusal=WrongKey())
    response = RedirectResponse(safe_path(next), 303)
    response.set_cookie(
        cookie_name(service),
        signer(service).dumps(hashed),
        max_age=HOURS_12,
        httponly=True,
        samesite="strict",
        secure=service.settings.public_url.startswith("https:"),
    )
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(cookie_name(service_of(request)), httponly=True, samesite="strict")
    return response
