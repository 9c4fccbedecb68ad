"""The house's one style sheet and its few lines of script: kept a year by browsers, renewed by their hash."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from .host import service_of
from .mark import ring
from .problems import NotFound

HERE = Path(__file__).parent / "static"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"
router = APIRouter(include_in_schema=False)


@cache
def content(name: str) -> tuple[bytes, str] | None:
    """The file and its hash, read once."""
    path = HERE / name
    if path.suffix not in TYPES or path.parent != HERE or not path.is_file():
        return None
    body = path.read_bytes()
    return body, sha256(body).hexdigest()[:12]


@cache
def address(name: str) -> str:
    """Where a page finds it: `/static/ronde.css?v=3f2a…`."""
    found = content(name)
    if found is None:
        raise LookupError(f"no static file {name}")
    return f"/static/{name}?v={found[1]}"


@router.get("/static/{name}")
async def static(name: str, request: Request, v: str = "") -> Response:
    found = content(name)
    if found is None:
        raise NotFound
    body, version = found
    # A partner's page links the sheet without a version: kept five minutes, so that a change reaches it too.
    headers = {
        "Cache-Control": FOREVER if v == version else "public, max-age=300",
        "ETag": f'"{version}"',
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=TYPES[Path(name).suffix], headers=headers)


@router.get("/mark.svg")
async def mark(request: Request) -> Response:
    house = service_of(request).house
    return Response(
        str(ring([one.colour for one in house.organisations])) or "<svg xmlns='http://www.w3.org/2000/svg'/>",
        media_type="image/svg+xml",
        headers={"Cache-Control": "public, max-age=300"},
    )
