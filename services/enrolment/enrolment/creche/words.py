"""The rules of capacity in the words that a crèche's team reads."""

from collections.abc import Mapping

from enrolment.creche.rules import RuleName

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
