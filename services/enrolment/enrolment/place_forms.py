"""What families and staff type to ask for a crèche place, read; or what is wrong, field by field.

Hours are typed once for the days that are ticked, or day by day where they differ: a week of selects is too much for a
telephone, and too heavy for an old one.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from enrolment.creche.criteria import Criteria
from enrolment.creche.hours import hours, written
from enrolment.forms import Wrong
from enrolment.nursery.applying import Asked, Claim, Wished
from enrolment.tables import CrecheApplication

Typed = Mapping[str, str]
WEEK = 7
CLOCK = re.compile(r"(\d{1,2})\s*(?:[hH:]\s*(\d{2})?)?")
NEEDED = {"fr": "Écrivez le prénom.", "en": "Type the first name."}
A_DATE = {"fr": "Il faut une date.", "en": "A date is needed."}
ORDER = {
    "fr": "Cette date est avant ou après celle que vous souhaitez : corrigez l'une des deux.",
    "en": "This date does not go with the one you wish: correct one of them.",
}
A_WISH = {"fr": "Choisissez une crèche et au moins un jour.", "en": "Choose a crèche and one day at least."}
HOURS = {
    "fr": "Écrivez des heures comme 8 h 30 et 17 h, en quarts d'heure, l'arrivée avant le départ.",
    "en": "Type hours like 8:30 and 17:00, in quarters of an hour, coming before leaving.",
}


def asked(typed: Typed, lang: str, criteria: Criteria) -> Asked:
    """Raises Wrong."""
    wrong: dict[str, str] = {}
    due = typed.get("is") == "due"
    name = typed.get("child_name", "").strip()[:80] or None
    if name is None and not due:
        wrong["child_name"] = NEEDED[lang]
    born, entry = (_date(typed, field, lang, wrong) for field in ("born", "entry"))
    earliest = _date(typed, "entry_from", lang, wrong, needed=False) or entry
    latest = _date(typed, "entry_until", lang, wrong, needed=False) or entry
    if entry and earliest and latest:
        wrong |= {"entry_from": ORDER[lang]} if earliest > entry else {}
        wrong |= {"entry_until": ORDER[lang]} if latest < entry else {}
    wishes = [wish for n in range(criteria.applications.wishes) if (wish := _wish(typed, n, lang, wrong))]
    if not wishes and not any(field.startswith(("creche_", "from_", "hours_")) for field in wrong):
        wrong["creche_0"] = A_WISH[lang]
    if wrong or not (born and entry and earliest and latest):
        raise Wrong(wrong)
    return Asked(
        first_name=name,
        born_on=None if due else born,
        due_on=born if due else None,
        entry_on=entry,
        entry_from=earliest,
        entry_until=latest,
        wishes=tuple(wishes),
        claims=tuple(claims(typed, criteria)),
        together_with=_id(typed.get("together_with", "")),
    )


def claims(typed: Typed, criteria: Criteria, *, sensitive: bool = False) -> list[Claim]:
    """The criteria that are ticked, `claim_…`; with the crèche for those that count in one only."""
    ticked = ((one, typed.get(f"claim_{one.id}")) for one in criteria.criteria if sensitive or not one.sensitive)
    return [Claim(criterion=one.id, creche=said if one.at == "creche" else None) for one, said in ticked if said]


def birth(typed: Typed) -> tuple[str, date]:
    """A child's first name and birth date. Raises ValueError for what is no day."""
    return typed.get("first_name", "").strip()[:80], date.fromisoformat(typed.get("born_on", ""))


def typed_of(application: CrecheApplication) -> dict[str, str]:
    """An application as its form had it."""
    typed = {
        "is": "due" if application.due_on else "born",
        "child_name": application.first_name or "",
        "born": application.born.isoformat(),
        "entry": application.entry_on.isoformat(),
        "entry_from": application.entry_from.isoformat(),
        "entry_until": application.entry_until.isoformat(),
        "together_with": "",
    }
    for n, wish in enumerate(application.wishes):
        typed |= {f"creche_{n}": wish["creche"], **({f"flexible_{n}": "yes"} if wish["flexible"] else {})}
        typed |= _week(n, wish["week"])
    for answer in application.answers:
        if answer.claimed:
            typed[f"claim_{answer.criterion}"] = answer.creche or "yes"
    return typed


def _week(n: int, week: Sequence[str]) -> dict[str, str]:
    """Ticks and one pair of hours when all days are alike; else each day's."""
    several = {text for text in week if text}
    if len(several) == 1 and " " not in (one := several.pop()):
        begins, _, ends = one.partition("-")
        ticks = {f"day_{n}_{d}": "yes" for d, text in enumerate(week) if text}
        return {f"from_{n}": begins, f"until_{n}": ends, **ticks}
    return {f"hours_{n}_{d}": text for d, text in enumerate(week) if text}


def _wish(typed: Typed, n: int, lang: str, wrong: dict[str, str]) -> Wished | None:
    """None when it is not filled in."""
    ticked = [d for d in range(WEEK) if typed.get(f"day_{n}_{d}")]
    own = {d: text for d in range(WEEK) if (text := typed.get(f"hours_{n}_{d}", "").strip())}
    creche = typed.get(f"creche_{n}", "")
    if not creche or not (ticked or own):
        if n and (creche or ticked or own):
            wrong[f"creche_{n}"] = A_WISH[lang]
        return None
    week = [""] * WEEK
    try:
        for d in ticked:
            week[d] = _hours(f"{typed.get(f'from_{n}', '')} {typed.get(f'until_{n}', '')}")
    except ValueError:
        wrong[f"from_{n}"] = HOURS[lang]
    for d, text in own.items():
        try:
            week[d] = _hours(text)
        except ValueError:
            wrong[f"hours_{n}_{d}"] = HOURS[lang]
    return Wished(creche=creche, week=tuple(week), flexible=bool(typed.get(f"flexible_{n}")))


def _hours(text: str) -> str:
    """`8 h 30 - 12 h, 14h-17h` is `08:30-12:00 14:00-17:00`. Raises ValueError."""
    found = [f"{int(hour):02}:{minute or '00'}" for hour, minute in CLOCK.findall(text)]
    if not found or len(found) % 2:
        raise ValueError("hours come in pairs")
    return written(hours(" ".join(f"{a}-{b}" for a, b in zip(found[::2], found[1::2], strict=True))))


def _date(typed: Typed, field: str, lang: str, wrong: dict[str, str], *, needed: bool = True) -> date | None:
    text = typed.get(field, "").strip()
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        found = None
        wrong[field] = A_DATE[lang]
    if found and not 2020 <= found.year <= 2100:
        wrong[field], found = A_DATE[lang], None
    if needed and not found:
        wrong[field] = A_DATE[lang]
    return found


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
