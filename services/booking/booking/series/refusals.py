"""What a request for a series may be told. The codes are part of the contract."""

from typing import Any, ClassVar

from ronde.refusal import Refused

Words = dict[str, str]


class RuleNotUnderstood(Refused):
    """No RRULE of RFC 5545 in days, weeks, months or years."""

    code, status = "rule-not-understood", 422
    words: ClassVar[Words] = {
        "fr": "Cette règle n'est pas une RRULE en jours, semaines, mois ou années, comme FREQ=WEEKLY;COUNT=10.",
        "en": "This rule is no RRULE in days, weeks, months or years, like FREQ=WEEKLY;COUNT=10.",
    }


class SeriesWithoutEnd(Refused):
    """The rule has neither COUNT nor UNTIL."""

    code, status = "series-without-end", 422
    words: ClassVar[Words] = {
        "fr": "Une série a une fin : ajoutez COUNT (combien de fois) ou UNTIL (jusqu'à quand) à la règle.",
        "en": "A series has an end: add COUNT (how many times) or UNTIL (until when) to the rule.",
    }


class SeriesTooLong(Refused):
    """More than 400 occurrences."""

    code, status = "series-too-long", 422
    words: ClassVar[Words] = {
        "fr": "Une série a 400 dates au plus : demandez-la en plusieurs fois.",
        "en": "A series has at most 400 dates: ask for it in parts.",
    }


class SeriesEmpty(Refused):
    """The rule names no day, or none that the exceptions leave."""

    code, status = "series-empty", 422
    words: ClassVar[Words] = {
        "fr": "Cette règle ne donne aucune date.",
        "en": "This rule gives no date.",
    }


class HoursUpsideDown(Refused):
    """With this change an occurrence would end before it starts."""

    code, status = "hours-upside-down", 422
    words: ClassVar[Words] = {
        "fr": "Ainsi la réservation finirait avant de commencer : donnez aussi l'autre heure.",
        "en": "So the reservation would end before it starts: give the other time as well.",
    }


class SeriesClashes(Refused):
    """Some of the occurrences are impossible, and all or nothing was asked; or none is possible."""

    code, status = "series-clashes", 409
    words: ClassVar[Words] = {
        "fr": "Certaines dates ne sont pas possibles. Prenez ce qui est libre, une autre salle, une autre heure, "
        "ou exceptez-les.",
        "en": "Some of the dates are not possible. Take what is free, another room, another hour, "
        "or except those dates.",
    }
    example: ClassVar[dict[str, Any]] = {
        "occurrences": [
            {
                "day": "2027-01-12",
                "verdict": "taken",
                "starts_at": "2027-01-12T08:00:00Z",
                "ends_at": "2027-01-12T10:00:00Z",
                "reason": {"fr": "« Salle d'atelier » n'est pas libre mardi 12 janvier, de 9 h à 11 h."},
            }
        ],
        "rooms": ["salle-motricite"],
        "hours": [{"starts": "11:15", "ends": "13:15"}],
        "dates": [
            {
                "day": "2027-01-12",
                "alternatives": [
                    {
                        "room": "salle-reunion",
                        "room_name": "Salle de réunion",
                        "starts_at": "2027-01-12T08:00:00Z",
                        "ends_at": "2027-01-12T10:00:00Z",
                    }
                ],
            }
        ],
    }


class NothingToCome(Refused):
    """Nothing of the series that was named is still to come."""

    code, status = "nothing-to-come", 409
    words: ClassVar[Words] = {
        "fr": "Rien de cette série n'est encore à venir : ce qui a eu lieu ne change plus.",
        "en": "Nothing of this series is still to come: what took place does not change any more.",
    }


class NoSuchSeries(Refused):
    """There is no series of that id."""

    code, status = "no-such-series", 404
    words: ClassVar[Words] = {"fr": "Cette série n'existe pas.", "en": "There is no such series."}


class NoSuchOccurrence(Refused):
    """The series holds nothing for that day of its rule."""

    code, status = "no-such-occurrence", 404
    words: ClassVar[Words] = {
        "fr": "Cette série n'a pas de date à ce jour.",
        "en": "This series has no date on that day.",
    }


class StillAsked(Refused):
    """Some of what would be changed is still asked of the founders."""

    code, status = "still-asked", 409
    words: ClassVar[Words] = {
        "fr": "Des dates sont encore demandées aux autres structures fondatrices : "
        "attendez leur réponse, rendez-les, ou retirez le changement demandé.",
        "en": "Some dates are still asked of the other founders: wait for their answer, give those dates back, "
        "or withdraw the change that is asked.",
    }
