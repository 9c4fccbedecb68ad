"""The certificates that we trust, read once a process: httpx reads them all again for each client, 25 ms of CPU."""

from functools import cache
from ssl import SSLContext

import httpx


@cache
def trusted() -> SSLContext:
    """For `verify=` of whoever makes many clients, as one does who asks every 50 ms whether a server answers."""
    return httpx.create_ssl_context(trust_env=False)
