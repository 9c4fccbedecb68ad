"""What a message says: templates in files, one per purpose, channel and language, none of which may be missing.

`templates/<purpose>.<channel>.<language>.txt`; the first line of an e-mail's is its subject. Every e-mail ends with
`footer.email.<language>.txt`, which leads to their preferences.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any, get_args

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from ronde.house import House
from ronde.web import dates
from ronde.web.language import pick
from ronde_contracts.notify import Channel

from notify.gsm import LENGTHS, parts, plain, shorten
from notify.purposes import Purpose
from notify.tables import Enrolment, Session

TEMPLATES = Path(__file__).parent / "templates"
SMS_PARTS = 2
"""An SMS longer than this has its title and room shortened."""


class WordsMissing(Exception):
    """A message could not be written in a language that the house speaks: the service does not start."""


class Wording:
    """The house's messages, in the languages of its house file."""

    def __init__(self, house: House, templates: Path = TEMPLATES) -> None:
        self._house = house
        self._text = SandboxedEnvironment(
            loader=FileSystemLoader(templates), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._html = self._text.overlay(autoescape=True)
        names = {
            f"{purpose}.{channel}.{language}.txt"
            for purpose in Purpose
            for channel in get_args(Channel)
            for language in house.languages
        } | {f"footer.email.{language}.txt" for language in house.languages}
        missing = sorted(name for name in names if not (templates / name).is_file())
        missing += [f"dates in {language}" for language in house.languages if language not in dates.LOCALES]
        if missing:
            raise WordsMissing(f"the house speaks {', '.join(house.languages)}; missing: {', '.join(missing)}")
        for name in names:
            self._text.get_template(name)

    def language(self, wanted: str) -> str:
        """The recipient's language if the house writes it, else the house's first."""
        return wanted if wanted in self._house.languages else self._house.languages[0]

    def sms(self, purpose: Purpose, language: str, facts: Mapping[str, Any]) -> str:
        """In the phone network's alphabet; long titles are cut so that it stays within two parts."""
        template = self._text.get_template(f"{purpose}.sms.{language}.txt")
        text = ""
        for length in (1000, *LENGTHS):
            cut = {name: shorten(value, length) for name, value in facts.items() if name in ("title", "room", "reason")}
            text = plain(template.render(self._spoken(language, {**facts, **cut})).strip())
            if parts(text) <= SMS_PARTS:
                break
        return text

    def email(self, purpose: Purpose, language: str, facts: Mapping[str, Any]) -> tuple[str, str, str]:
        """(subject, text, html)."""
        written = self._text.get_template(f"{purpose}.email.{language}.txt").render(self._spoken(language, facts))
        subject, _, text = written.strip().partition("\n")
        footer = self._text.get_template(f"footer.email.{language}.txt").render(facts)
        text = f"{text.strip()}\n\n{footer.strip()}\n"
        html = self._html.get_template("email.html").render(
            language=language,
            house=pick(self._house.name, language),
            subject=subject,
            paragraphs=text.strip().split("\n\n"),
        )
        return subject, text, html

    def _spoken(self, language: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        zone: tzinfo = self._house.timezone
        return {
            **facts,
            "house": pick(self._house.name, language),
            "moment": partial(dates.moment, lang=language, zone=zone),
            "span": partial(dates.span, lang=language, zone=zone),
            "ordinal": partial(dates.ordinal, lang=language),
        }


def facts_of(
    enrolment: Enrolment, session: Session, link: str | None, facts: Mapping[str, Any], preferences: str, language: str
) -> dict[str, Any]:
    """What a template may say. No name of a person, and nothing of their circumstances, is among it."""
    was_starting_at, deadline = facts.get("was_starting_at"), facts.get("deadline")
    return {
        "title": " ".join(pick(session.title, language).split()),  # a line break would end an e-mail's subject
        "room": session.room_name,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "reason": pick(session.reason, language) if session.reason else "",
        "reference": enrolment.reference,
        "children": enrolment.children,
        "state": enrolment.state,
        "link": link or "",
        "preferences": preferences,
        "position": facts.get("position", 0),
        "was": facts.get("was", ""),
        "was_starting_at": datetime.fromisoformat(was_starting_at) if was_starting_at else None,
        "deadline": datetime.fromisoformat(deadline) if deadline else None,
    }
