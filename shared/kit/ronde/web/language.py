"""In which language we answer: what the person chose, else what their browser asks, else French."""

from collections.abc import Mapping, Sequence

from starlette.requests import HTTPConnection

COOKIE = "ronde-lang"
SPOKEN = ("fr", "en")
"""What the kit itself speaks; the first is what we fall back on."""


def language(connection: HTTPConnection) -> str:
    """Two letters: `?lang=`, then the cookie, then Accept-Language, then the house's first language."""
    service = getattr(connection.app.state, "service", None)
    spoken: Sequence[str] = [one for one in service.house.languages if one in SPOKEN] if service else SPOKEN
    spoken = spoken or SPOKEN
    for asked in (connection.query_params.get("lang"), connection.cookies.get(COOKIE)):
        if asked is not None and asked in spoken:
            return asked
    return accepted(connection.headers.get("accept-language", ""), spoken)


def accepted(header: str, spoken: Sequence[str]) -> str:
    """The best of `spoken` for an Accept-Language header: `en-GB, fr;q=0.5` -> `en`."""
    best, weight = spoken[0], 0.0
    for part in header.split(","):
        tag, _, quality = part.partition(";q=")
        try:
            q = float(quality or 1)
        except ValueError:
            continue
        code = tag.strip().lower()[:2]
        if q > weight and code in spoken:
            best, weight = code, q
    return best


def pick(words: Mapping[str, str], lang: str) -> str:
    """The words in that language, else in French, else the first there are."""
    return words.get(lang) or words.get("fr") or next(iter(words.values()))
