"""What a message says: templates in files, one per purpose, channel and language, none of which may be missing.

`templates/<purpose>.<channel>.<language>.txt`; the first line of an e-mail's is its subject. An e-mail to a family ends
with `footer.email.<language>.txt`, which leads to their preferences. What says the same of several dates has
`together.<channel>.<language>.txt` as well: after the SMS; in the e-mail's subject, and before who signs it. Another
language is another set of these files, and its two letters in the house file.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from ronde.clock import now
from ronde.house import House
from ronde.web import dates
from ronde.web.compiled import Compiled
from ronde.web.language import pick
from ronde_contracts.enrolment_creche import WeeklyGrid

from notify.frame import compiled
from notify.gsm import LENGTHS, parts, plain, shorten
from notify.purposes import PURPOSES, Purpose
from notify.tables import Enrolment, Session

TEMPLATES = Path(__file__).parent / "templates"
COMPILED = Compiled()
MOMENTS = ("starts_at", "ends_at", "until", "expires_at", "deadline")
DAYS = ("starts_on", "ends_on", "renew_by")
SMS_PARTS = 2
"""An SMS longer than this has its title and room shortened."""


class WordsMissing(Exception):
    """A message could not be written in a language that the house speaks: the service does not start."""


class Wording:
    """The house's messages, in the languages of its house file."""

    def __init__(self, house: House, templates: Path = TEMPLATES) -> None:
        self._house = house
        self._text = SandboxedEnvironment(
            loader=FileSystemLoader(templates),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=COMPILED,
        )
        languages = house.languages
        names = {
            f"{purpose}.{channel}.{language}.txt"
            for purpose, row in PURPOSES.items()
            for channel in row.written
            for language in languages
        }
        parts_too = ("footer.email", "together.email", "together.sms")
        names |= {f"{part}.{language}.txt" for part in parts_too for language in languages}
        missing = sorted(name for name in names if not (templates / name).is_file())
        missing += [f"dates in {language}" for language in languages if not dates.speaks(language)]
        if missing:
            raise WordsMissing(f"the house speaks {', '.join(languages)}; missing in {templates}: {', '.join(missing)}")
        for name in names:
            self._text.get_template(name)
        self._html = self._text.overlay(autoescape=True).from_string(compiled(templates / "email.mjml"))

    def language(self, wanted: str | None) -> str:
        """The recipient's language if the house writes it, else the house's first."""
        return wanted if wanted is not None and wanted in self._house.languages else self._house.languages[0]

    def house(self, language: str) -> str:
        """Its name."""
        return pick(self._house.name, language)

    def address_of(self, organisation: str) -> str | None:
        """Where an organisation wants its notices; None: nowhere."""
        found = [one.notices for one in self._house.organisations if one.id == organisation]
        return found[0] if found else None

    def of_facts(self, facts: Mapping[str, Any], language: str) -> dict[str, Any]:
        """What a template may say of something with no session, from its facts as they were kept."""
        said = {**facts}
        said |= {it: datetime.fromisoformat(facts[it]) for it in MOMENTS if facts.get(it)}
        said |= {it: date.fromisoformat(facts[it]) for it in DAYS if facts.get(it)}
        if "asker" in said:
            names = {one.id: one.name for one in self._house.organisations}
            said["asker"] = names.get(said["asker"], said["asker"])
            said["reasons"] = "\n".join(pick(reason, language) for reason in said["reasons"])
        if "title" in said:
            said["title"] = on_one_line(said["title"], language)
        return said

    def sms(self, purpose: Purpose, language: str, facts: Mapping[str, Any]) -> str:
        """In the phone network's alphabet; long titles are cut so that it stays within two parts."""
        names = [f"{purpose}.sms.{language}.txt", *([f"together.sms.{language}.txt"] if facts.get("also") else [])]
        templates = [self._text.get_template(name) for name in names]
        text = ""
        for length in (1000, *LENGTHS):
            cut = {name: shorten(value, length) for name, value in facts.items() if name in ("title", "room", "reason")}
            spoken = self._spoken(language, {**facts, **cut})
            text = plain(" ".join(template.render(spoken).strip() for template in templates))
            if parts(text) <= SMS_PARTS:
                break
        return text

    def email(self, purpose: Purpose, language: str, facts: Mapping[str, Any]) -> tuple[str, str, str]:
        """(subject, text, html)."""
        subject, text = self._parted(f"{purpose}.email.{language}.txt", language, facts)
        if facts.get("also"):
            more, dates_too = self._parted(f"together.email.{language}.txt", language, facts)
            body, _, signed = text.rpartition("\n\n")
            subject, text = f"{subject} {more}", f"{body}\n\n{dates_too}\n\n{signed}"
        footer = ""
        if facts.get("preferences"):
            footer = self._text.get_template(f"footer.email.{language}.txt").render(facts).strip()
        direction = dates.direction(language)
        html = self._html.render(
            language=language,
            direction=direction,
            start="right" if direction == "rtl" else "left",
            subject=subject,
            paragraphs=text.split("\n\n"),
            footer=footer,
        )
        return subject, f"{text}\n\n{footer}\n" if footer else f"{text}\n", html

    def _parted(self, name: str, language: str, facts: Mapping[str, Any]) -> tuple[str, str]:
        """The first line and the rest."""
        written = self._text.get_template(name).render(self._spoken(language, facts))
        first, _, rest = (part.strip() for part in written.strip().partition("\n"))
        return first, rest

    def _spoken(self, language: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        zone: tzinfo = self._house.timezone
        said = {name: partial(how, lang=language, zone=zone) for name, how in SAID.items()}
        return {
            **facts,
            **said,
            "house": self.house(language),
            "ordinal": partial(dates.ordinal, lang=language),
            "month_name": partial(dates.month, lang=language),
        }


def on_one_line(title: Mapping[str, str], language: str) -> str:
    """A line break would end an e-mail's subject."""
    return " ".join(pick(title, language).split())


def till(value: datetime, lang: str, zone: tzinfo) -> str:
    """A moment that is near needs no day."""
    how = dates.clock if value - now() < timedelta(hours=12) else dates.moment
    return how(value, lang, zone)


def hours_of(week: Mapping[str, str | None], lang: str, zone: tzinfo) -> str:  # noqa: ARG001 - local already
    """A weekly grid as the contracts have it, a line a day: `lundi de 8 h à 17 h`."""
    lines = []
    for n, name in enumerate(WeeklyGrid.model_fields):
        spans = []
        for span in (week[name] or "").split():
            start, end = (datetime.combine(date.min, time.fromisoformat(at), UTC) for at in span.split("-"))
            spans.append(dates.hours(start, end, lang, UTC))
        if spans:
            lines.append(f"{dates.locale(lang).days['format']['wide'][n]} {', '.join(spans)}")
    return "\n".join(lines)


SAID: Mapping[str, Callable[..., str]] = {
    "moment": dates.moment,
    "brief": dates.brief,
    "span": dates.span,
    "till": till,
    "day": dates.day,
    "hours_of": hours_of,
}


def facts_of(
    enrolment: Enrolment, session: Session, link: str | None, facts: Mapping[str, Any], preferences: str, language: str
) -> dict[str, Any]:
    """What a template may say. No name of a person, and nothing of their circumstances, is among it."""
    was_starting_at, deadline = facts.get("was_starting_at"), facts.get("deadline")
    return {
        "title": on_one_line(session.title, language),
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
        "why": facts.get("why", ""),
        "first_answer": facts.get("first_answer", False),
        "was_starting_at": datetime.fromisoformat(was_starting_at) if was_starting_at else None,
        "deadline": datetime.fromisoformat(deadline) if deadline else None,
    }
