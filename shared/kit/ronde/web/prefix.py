"""One origin for the three services: each lives under the path of its public URL, which the proxy has taken away.

Routes, templates and redirects speak as if the service were at the root; what leaves gets the path in front, here.
"""

import re
from urllib.parse import urlsplit

from .host import Settings

LINKS = re.compile(r'\b(href|src|action|formaction)="/(?!/)')


def prefix_of(settings: Settings) -> str:
    """`/booking` for https://example.org/booking; empty when the service has its origin to itself."""
    return urlsplit(settings.public_url).path.rstrip("/")


def prefixed(html: str, prefix: str) -> str:
    """The page with each of its own links under the prefix; a link that says where it goes stays as it is."""
    return LINKS.sub(rf'\1="{prefix}/', html) if prefix else html


def relocated(location: str, prefix: str) -> str:
    """The same for the address of a redirect, or of what was made."""
    return prefix + location if location.startswith("/") and not location.startswith("//") else location
