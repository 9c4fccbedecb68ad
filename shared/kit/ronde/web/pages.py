"""Pages: a service's templates beside the kit's, in the reader's language, with words and dates at hand."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
)
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from . import dates
from .compiled import Compiled
from .host import House, Service, service_of
from .language import COOKIE, SPOKEN, language, pick
from .mark import ring
from .prefix import prefix_of, prefixed
from .signin import signed_in
from .static import address
from .timetable import Timetable

HERE = Path(__file__).parent / "templates"
YEAR = 365 * 24 * 3600
COMPILED = Compiled()


class Pages:
    """Renders templates. A service's own are found by their name, the kit's as `ronde/…`."""

    def __init__(self, templates: Path | None = None) -> None:
        self._loaders: list[BaseLoader] = [PrefixLoader({"ronde": FileSystemLoader(HERE)})]
        if templates is not None:
            self._loaders.insert(0, FileSystemLoader(templates))
        self._environments: dict[tuple[str, int], Environment] = {}

    def render(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        """The page; 304 when the reader's copy (`If-None-Match`) is the same."""
        service, lang = service_of(request), language(request)
        environment = self._environment(service, lang)
        html = environment.get_template(template).render(
            path=request.url.path,
            in_language=partial(in_language, request),
            staff=signed_in(request),
            request_id=request.state.request_id,
            **values,
        )
        html = prefixed(html, prefix_of(service.settings))
        tag = f'"{sha256(html.encode()).hexdigest()[:20]}"'
        headers = {"ETag": tag, "Content-Language": lang, "Vary": "Accept-Language, Cookie"}
        same = status == 200 and request.headers.get("if-none-match") == tag
        response = Response(status_code=304, headers=headers) if same else HTMLResponse(html, status, headers)
        if request.query_params.get("lang") in SPOKEN:
            response.set_cookie(COOKIE, lang, max_age=YEAR, httponly=True, samesite="lax")
        return response

    def _environment(self, service: Service, lang: str) -> Environment:
        key = (lang, id(service.house))
        if key not in self._environments:
            self._environments[key] = self._build(service.house, service.settings.service, lang)
        return self._environments[key]

    def _build(self, house: House, service: str, lang: str) -> Environment:
        environment = Environment(
            loader=ChoiceLoader(self._loaders),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,  # a template is a file of the release: no look at each of them for every page
            bytecode_cache=COMPILED,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        words = Words(house, lang)
        environment.globals.update(
            lang=lang,
            languages={"fr": "Français", "en": "English"},
            house=house,
            house_name=pick(house.name, lang),
            service=service,
            mark=ring([one.colour for one in house.organisations]),
            _organisation=words.organisation,
            say=words.say,
            count=words.count,
            day=words.day,
            day_short=partial(words.day, short=True),
            clock=words.clock,
            moment=words.moment,
            span=words.span,
            hours=words.hours,
            ordinal=partial(dates.ordinal, lang=lang),
            new_key=lambda: str(uuid4()),
            static=address,
            timetable=partial(Timetable, zone=house.timezone),
        )
        environment.globals["ui"] = environment.get_template("ronde/macros.html").module
        return environment


class Words:
    """What a template says, in one language and one time zone."""

    def __init__(self, house: House, lang: str) -> None:
        self._house = house
        self._lang = lang

    def say(self, words: Mapping[str, str] | None = None, /, **given: Any) -> str:
        """`say(fr="{n} places", en="{n} places", n=3)`, or `say(refusal.reason)`. Values are escaped by the page."""
        said = dict(words or {})
        said.update({lang: given.pop(lang) for lang in SPOKEN if lang in given})
        text = pick(said, self._lang)
        return text.format(**given) if given else text

    def count(self, number: int, *, fr: tuple[str, str], en: tuple[str, str]) -> str:
        """`count(2, fr=("place", "places"), en=("place", "places"))` -> `2 places`. In French 0 is singular."""
        one, many = {"fr": fr, "en": en}[self._lang]
        single = abs(number) < 2 if self._lang == "fr" else number == 1
        return f"{number}\u00a0{one if single else many}"

    def organisation(self, id: str) -> Mapping[str, str]:
        """Its name and colour; an organisation that left the house keeps its id, in grey."""
        for one in self._house.organisations:
            if one.id == id:
                return {"id": id, "name": one.name, "colour": one.colour}
        return {"id": id, "name": id, "colour": "none"}

    def day(self, value: datetime, *, short: bool = False) -> str:
        return dates.day(value, self._lang, self._house.timezone, short=short)

    def clock(self, value: datetime) -> str:
        return dates.clock(value, self._lang, self._house.timezone)

    def moment(self, value: datetime) -> str:
        return dates.moment(value, self._lang, self._house.timezone)

    def span(self, start: datetime, end: datetime) -> str:
        return dates.span(start, end, self._lang, self._house.timezone)

    def hours(self, start: datetime, end: datetime) -> str:
        return dates.hours(start, end, self._lang, self._house.timezone)


def in_language(request: Request, lang: str) -> str:
    """This page's own path and query, in that language."""
    url = request.url.include_query_params(lang=lang)
    return f"{url.path}?{url.query}"


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page of the app that answers this request; see `Pages.render`."""
    pages: Pages = request.app.state.pages
    return pages.render(request, template, status=status, **values)
