"""The doors at which providers say what became of messages: one for each account that has a secret for it."""

from collections.abc import Sequence
from typing import ClassVar

from fastapi import APIRouter, Request, Response
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web.problems import NotFound

from notify.providers import Arrived, NotTheirs
from notify.providers.accounts import Account
from notify.providers.build import RECEIPTS
from notify.receipts import keeper


class Unproven(Refused):
    """The signature or the token is not this account's."""

    code, status = "unproven", 403
    words: ClassVar[dict[str, str]] = {
        "fr": "La signature ou le jeton n'est pas celui de ce compte.",
        "en": "The signature or the token is not this account's.",
    }


def router(accounts: Sequence[Account]) -> APIRouter:
    """`/receipts/<name of the account>`, GET or POST, as that provider does it."""
    found = APIRouter()
    open_to = {one.id: one for one in accounts if one.kind in RECEIPTS and one.receipts_secret.get_secret_value()}

    @found.post("/receipts/{name}", status_code=204, summary="A provider's receipt; again changes nothing")
    @found.get("/receipts/{name}", status_code=204, include_in_schema=False)
    async def receive(name: str, request: Request) -> Response:
        account = open_to.get(name)
        if account is None:
            raise NotFound
        arrived = Arrived(dict(request.query_params), dict(request.headers), await request.body())
        try:
            read = RECEIPTS[account.kind](arrived, account.receipts_secret.get_secret_value())
        except NotTheirs:
            raise Unproven from None
        keep = keeper(service_of(request).db, name)
        for receipt in read:
            await keep(receipt)
        return Response(status_code=204)

    return found
