"""Searching what was sent to somebody who is on the telephone: found by what they say, and nothing more is shown."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from ronde.house import House
from ronde.house.model import Organisation
from ronde.service import service_of
from ronde.web import Staff, render

from notify.doors import terms_of
from notify.pages.sent import line
from notify.queries import messages, notices, people

router = APIRouter()
LATEST = 30


@router.get("/search")
async def show_search(request: Request, staff: Staff) -> Response:  # noqa: ARG001
    return render(request, "search.html", typed="", found=None, organisations=[])


@router.post("/search")
async def search(request: Request, staff: Staff, typed: Annotated[str, Form(max_length=200)] = "") -> Response:  # noqa: ARG001
    """By POST, so that no address gets into a log or a browser's history. The whole address or nothing: no guessing."""
    asked = normal(typed)
    found, organisations = [], []
    service = service_of(request)
    if asked:
        async with service.db.reading() as session:
            for one in _organisations(service.house, asked):
                sent_to_it = await notices.notices(session, limit=LATEST, organisation=one.id)
                organisations.append({"id": one.id, "lines": [line(told) for told in sent_to_it]})
            for person in await people.by_address(session, terms_of(request), asked):
                sent = await messages.messages(
                    session, limit=LATEST, party_id=person.party_id, guardian_id=person.guardian_id
                )
                found.append({"person": person, "lines": [line(told) for told in sent]})
    return render(request, "search.html", typed=typed.strip(), found=found, organisations=organisations)


def _organisations(house: House, typed: str) -> list[Organisation]:
    """Those with these words in their name, which is no secret, or told at exactly that address."""
    wanted = typed.casefold()
    if len(wanted) < 3:
        return []
    return [one for one in house.organisations if wanted in one.name.casefold() or wanted == one.notices]


def normal(typed: str) -> str:
    """A French number as people write it (06 39 98 00 01) becomes E.164; the rest stays."""
    bare = re.sub(r"[\s.\-()\u00a0\u202f]", "", typed)
    if re.fullmatch(r"0[1-9]\d{8}", bare):
        return f"+33{bare[1:]}"
    if re.fullmatch(r"(\+|00)[1-9]\d{6,14}", bare):
        return "+" + bare.removeprefix("00").removeprefix("+")
    return typed.strip()
