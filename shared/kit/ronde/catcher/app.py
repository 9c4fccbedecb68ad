"""The HTTP side: the door that takes SMS, the page that shows everything, and the list for programs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from ronde.house import load
from ronde.web import install, render
from ronde.web.host import House, Organisation
from ronde.web.keys import KeyNeeded
from ronde.web.problems import NotFound

from .answers import Answer, Answers
from .box import Box, Message, newest, spoken
from .mail import listen
from .receipts import Receipts
from .settings import CatcherSettings

TEMPLATES = Path(__file__).parent / "templates"
PHONES, BUBBLES, MAILS = 24, 30, 40
# an e-mail's HTML is somebody else's: no script, no form, no outside picture, links open elsewhere
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


@dataclass(frozen=True)
class NoHouse:
    """When the catcher runs alone."""

    name: dict[str, str] = field(default_factory=lambda: {"fr": "Messages reçus", "en": "Messages received"})
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    languages: tuple[str, ...] = ("fr", "en")
    organisations: tuple[Organisation, ...] = ()


@dataclass(frozen=True)
class WebSettings:
    """What ronde.web asks of a service; nobody signs in here."""

    service: str = "catcher"
    public_url: str = ""
    secret: str = ""
    keys_file: Path | None = None


@dataclass(frozen=True)
class Catcher:
    """The app's `state.service`."""

    box: Box
    answers: Answers
    settings: WebSettings
    house: House
    sms_token: str
    receipts: Receipts


def catcher_of(request: Request) -> Catcher:
    found: Catcher = request.app.state.service
    return found


Here = Annotated[Catcher, Depends(catcher_of)]


class Sms(BaseModel):
    """What a provider is given."""

    model_config = ConfigDict(extra="forbid")
    to: Annotated[str, Field(pattern=r"^\+[0-9]{6,15}$")]
    sender: Annotated[str, Field(alias="from", min_length=1, max_length=40)]
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    reference: Annotated[str, Field(max_length=200)] = ""


async def account(request: Request, catcher: Here) -> None:
    """Like any provider: a bearer token, the right one when one was set."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    wrong = catcher.sms_token and not compare_digest(token.encode(), catcher.sms_token.encode())
    if scheme.lower() != "bearer" or not token or wrong:
        raise KeyNeeded


def create(settings: CatcherSettings) -> FastAPI:
    """The app; its lifespan runs the SMTP server too, whose port is then `app.state.smtp_port`."""
    house: House = load(settings.house_file) if settings.house_file else NoHouse()
    receipts = Receipts(settings.receipts_url, settings.receipts_secret)
    catcher = Catcher(Box(settings.data), Answers(), WebSettings(), house, settings.sms_token, receipts)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        server = await listen(catcher.box, catcher.answers, settings.host, settings.smtp_port)
        app.state.smtp_port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            await receipts.stop()

    app = FastAPI(title="Ronde: catcher", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.service = catcher
    routes(app)
    install(app, catcher.settings, templates=TEMPLATES)
    return app


def routes(app: FastAPI) -> None:
    @app.post("/sms", status_code=201, dependencies=[Depends(account)])
    async def take_sms(sms: Sms, catcher: Here) -> Response:
        """Take an SMS; the same `reference` again gives the same id."""
        message = Message(kind="sms", to=sms.to, sender=sms.sender, text=sms.text, reference=sms.reference)
        answer = catcher.answers.look(sms.to)
        if answer.kept:  # it arrives, and only the answer is late or wrong
            message = catcher.box.add(message)
        answer = await catcher.answers.take(sms.to)
        if answer.refuses:
            return JSONResponse({"error": "refused by the catcher, as told"}, answer.code or 500)
        if answer.arrives and not answer.kept:
            message = catcher.box.add(message)
        catcher.receipts.say(message.id, sms.reference, "delivered" if answer.arrives else "undeliverable")
        return JSONResponse({"id": message.id}, 201)

    @app.get("/sms/{reference}", dependencies=[Depends(account)])
    async def find_sms(reference: str, catcher: Here) -> dict[str, str]:
        """Whether the SMS with that reference was taken: its id, or 404."""
        found = catcher.box.referred(reference)
        if found is None:
            raise NotFound
        return {"id": found.id, "status": "delivered"}

    @app.get("/messages.json")
    async def messages(catcher: Here, to: str = "", kind: str = "") -> list[dict[str, Any]]:
        """Everything that arrived, oldest first; `to` and `kind` (sms, mail) choose."""
        return [one.model_dump(mode="json", by_alias=True) for one in catcher.box.all(to, kind)]

    @app.put("/answers/{recipient}", status_code=204)
    async def answer_so(recipient: str, answer: Answer, catcher: Here) -> None:
        """From now on answer so for that recipient (`*`: for all others)."""
        catcher.answers.give(recipient, answer)

    @app.delete("/answers", status_code=204)
    async def answer_yes(catcher: Here) -> None:
        """Take everything again."""
        catcher.answers.clear()

    @app.get("/mail/{id}", include_in_schema=False)
    async def html_of(id: str, catcher: Here) -> Response:
        found = catcher.box.get(id)
        if found is None or not found.html:
            raise NotFound
        headers = {"Content-Security-Policy": MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
        return HTMLResponse('<base target="_blank">' + found.html, headers=headers)

    @app.get("/", include_in_schema=False)
    async def page(request: Request, catcher: Here, to: str = "") -> Response:
        texts, mails = catcher.box.all(to, "sms"), catcher.box.all(to, "mail")
        phones: dict[str, list[Message]] = {}
        for one in reversed(texts):
            phones.setdefault(one.to, []).append(one)
        return render(
            request,
            "messages.html",
            phones={number: list_[:BUBBLES][::-1] for number, list_ in list(phones.items())[:PHONES]},
            phone_count=len(phones),
            mails=newest(mails, MAILS),
            mail_count=len(mails),
            sms_count=len(texts),
            to=to,
            spoken=spoken,
        )

    @app.get("/health/live", include_in_schema=False)
    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> dict[str, bool]:
        return {"ready": True}
