"""What several pages share."""

from ronde.clock import now
from starlette.responses import Response

from enrolment.tables import Session

SHOWN = ["GET", "HEAD"]
NOINDEX = "noindex, nofollow"


def began(session: Session) -> bool:
    return session.starts_at is not None and session.starts_at <= now()


def private(response: Response) -> Response:
    """The address is the key: no search engine, no cache (the door says no-store)."""
    response.headers["X-Robots-Tag"] = NOINDEX
    return response
