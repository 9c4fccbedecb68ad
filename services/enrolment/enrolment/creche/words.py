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
