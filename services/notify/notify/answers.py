"""The door at which providers hand on answers by SMS: STOP is heard, START takes it back, the rest is not kept.

OVHcloud keeps its own list of those who answered STOP, and refuses the next message: that comes as a bounce.
"""

import unicodedata
from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request, Response
from ronde.database import Database
from ronde.service import service_of
from ronde.web.problems import NotFound

from notify.doors import terms_of
from notify.providers import Arrived, Hear, NotTheirs
from notify.providers.accounts import Account
from notify.providers.webhook import as_json, check_signature, check_token
from notify.settings import Terms
from notify.use_cases.change_preferences import stop_by_sms
from notify.webhooks import Unproven

FIELDS: Mapping[str, tuple[str, str]] = {
    "ronde": ("from", "text"),
    "brevo": ("to", "reply"),
    "octopush": ("number", "text"),
}
"""Kind of account -> where its webhook has the number and the words."""
STOP = {"stop", "arret", "arreter", "desabonner", "desabonnement", "unsubscribe"}
START = {"start", "reprendre", "reprise"}


def router(accounts: Sequence[Account]) -> APIRouter:
    """`/answers/<name of the account>`, opened by the same secret as its receipts."""
    found = APIRouter()
    open_to = {one.id: one for one in accounts if one.kind in FIELDS and one.gives_receipts}

    @found.post("/answers/{name}", status_code=204, summary="What somebody answered by SMS; again changes nothing")
    async def receive(name: str, request: Request) -> Response:
        account = open_to.get(name)
        if account is None:
            raise NotFound
        arrived = Arrived(dict(request.query_params), dict(request.headers), await request.body())
        check = check_signature if account.kind == "ronde" else check_token
        try:
            check(arrived, account.receipts_secret.get_secret_value())
        except NotTheirs:
            raise Unproven from None
        said = as_json(arrived)
        number, words = (str(said.get(field) or "") for field in FIELDS[account.kind])
        if number:
            await hearer(service_of(request).db, terms_of(request))(f"+{number.lstrip('+')}", words)
        return Response(status_code=204)

    return found


def hearer(db: Database, terms: Terms) -> Hear:
    """Acts on what somebody answered; also where answers come on a provider's own connection (SMPP)."""

    async def hear(number: str, words: str) -> None:
        stopped = wants(words)
        if stopped is not None:
            async with db.transaction() as tx:
                await stop_by_sms(tx, terms, number, stopped=stopped)

    return hear


def wants(words: str) -> bool | None:
    """True for STOP, however it is written; False for START; None for anything else, which nobody reads."""
    bare = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    first = next(iter("".join(c if c.isalnum() else " " for c in bare).split()), "")
    return True if first in STOP else False if first in START else None
