"""A crèche's rules and weeks in the words that people read."""

from collections.abc import Mapping, Sequence

from enrolment.creche.hours import Span, hours, spans
from enrolment.creche.rules import RuleName

DAYS: Mapping[str, Sequence[str]] = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}

RULES: Mapping[RuleName, Mapping[str, str]] = {
    "opening": {"fr": "heures d'ouverture", "en": "opening hours"},
    "overflow": {"fr": "enfants au même moment", "en": "children at one moment"},
    "insertion": {"fr": "places gardées pour l'insertion", "en": "places kept for insertion"},
    "ratio": {"fr": "taux d'encadrement", "en": "ratio of professionals"},
    "team": {"fr": "équipe minimale", "en": "least team"},
    "first_category": {"fr": "professionnel·les de catégorie 1", "en": "professionals of category 1"},
    "week": {"fr": "heures de la semaine", "en": "hours of the week"},
}

_CHILDREN = {"fr": ("enfant de trop", "enfants de trop"), "en": ("child too many", "children too many")}
_TEAM = {
    "fr": ("professionnel·le manque", "professionnel·les manquent"),
    "en": ("professional missing", "professionals missing"),
}
_QUARTERS = {
    "fr": ("quart d'heure de trop", "quarts d'heure de trop"),
    "en": ("quarter-hour too many", "quarter-hours too many"),
}
MISSING: Mapping[RuleName, Mapping[str, tuple[str, ...]]] = {
    "opening": _QUARTERS,
    "overflow": _CHILDREN,
    "insertion": _CHILDREN,
    "ratio": _TEAM,
    "team": _TEAM,
    "first_category": _TEAM,
    "week": _QUARTERS,
}
"""What `No.short_by` counts: one, and several."""


def spoken(week: Sequence[str], lang: str) -> list[str]:
    """Of seven texts from Monday, the days of the same hours together: `lundi, mardi : 8 h 30 – 17 h`."""
    alike: dict[str, list[str]] = {}
    for name, text in zip(DAYS[lang], week, strict=False):
        if text:
            alike.setdefault(text, []).append(name)
    colon = "\N{NO-BREAK SPACE}:" if lang == "fr" else ":"
    return [
        f"{', '.join(days)}{colon} {', '.join(_span(one, lang) for one in spans(hours(text)))}"
        for text, days in alike.items()
    ]


def _span(span: Span, lang: str) -> str:
    return " – ".join(_clock(quarter, lang) for quarter in span)


def _clock(quarter: int, lang: str) -> str:
    hour, minutes = quarter // 4, quarter % 4 * 15
    if lang == "fr":
        return f"{hour}\N{NO-BREAK SPACE}h" + (f"\N{NO-BREAK SPACE}{minutes:02}" if minutes else "")
    return f"{hour}:{minutes:02}"
