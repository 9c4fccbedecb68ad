"""The outer door of every service: what holds for each request before any route sees it.

A correlation id, security headers, a body of at most 256 KiB, no form posted from another site, no stack trace.
"""

import re
from hashlib import sha256
from secrets import token_hex
from urllib.parse import urlsplit

from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ronde.refusal import Refused
from ronde.telemetry import enter_trace, log

from .prefix import relocated
from .problems import Broken, Crowded, TooLarge, answer

LIMIT = 256 * 1024
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # not no-referrer: with it browsers send `Origin: null` with our own forms too, and nothing tells them from
    # another site's. same-origin keeps a family's link from every other site just as well.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
SAFE = {"GET", "HEAD", "OPTIONS"}
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class OtherSite(Refused):
    """The form was sent from another site."""

    code, status = "other-site", 403
    words = {  # noqa: RUF012
        "fr": "Cette demande vient d'un autre site. Ouvrez la page et recommencez.",
        "en": "This request comes from another site. Open the page and try again.",
    }


class Door:
    """ASGI middleware, the outermost; a service's own answer may replace any header but the request's id.

    `prefix`: the path under which a proxy shows the service, see prefix.py.
    """

    def __init__(self, app: ASGIApp, prefix: str = "") -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        given = request.headers.get("x-request-id", "")
        request.state.request_id = given if REQUEST_ID.fullmatch(given) else token_hex(8)
        enter_trace(request.headers.get("traceparent"))
        begun = False

        async def dressed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers["x-request-id"] = request.state.request_id
                if "location" in headers:
                    headers["location"] = relocated(headers["location"], self.prefix)
            await send(message)

        try:
            body = await read(request, receive)
            if body is None:
                await answer(request, TooLarge(), {"Connection": "close"})(scope, receive, dressed)
            elif request.method not in SAFE and from_another_site(request):
                await answer(request, OtherSite())(scope, receive, dressed)
            else:
                request.state.body_hash = sha256(body).digest()
                await self.app(scope, again(body, receive), dressed)
        except PoolTimeout:
            log.warning("crowded", request=request.state.request_id, path=route(scope))
            if begun:
                raise
            await answer(request, Crowded(), {"Retry-After": "5"})(scope, receive, dressed)
        except Exception:
            # the one place where an unforeseen error is logged; the reader gets its id and nothing else
            log.exception("request failed", request=request.state.request_id, path=route(scope))
            if begun:
                raise
            await answer(request, Broken())(scope, receive, dressed)


async def read(request: Request, receive: Receive) -> bytes | None:
    """The whole body, or None when it is over the limit (announced or not)."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdigit() or int(announced) > LIMIT:
        return None
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False) and message["type"] == "http.request"
        if len(body) > LIMIT:
            return None
    return bytes(body)


def again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read, then goes on with the connection's own."""
    given = False

    async def once_more() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_more


def from_another_site(request: Request) -> bool:
    """Whether a browser says that another site made it send this. Programs send neither header."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def route(scope: Scope) -> str:
    """The route's pattern, never the address itself: a family's link is a secret."""
    return str(getattr(scope.get("route"), "path", "?"))
