"""Why a planning is not taken at all, and why one of its events is not understood."""

from typing import ClassVar

from ronde.refusal import Refused

Words = dict[str, str]


class NotACalendar(Refused):
    """The text is no iCalendar."""

    code, status = "not-a-calendar", 422
    words: ClassVar[Words] = {
        "fr": "Ce fichier n'est pas un agenda iCalendar (.ics) : exportez-le de nouveau depuis votre logiciel.",
        "en": "This file is no iCalendar (.ics): export it again from your software.",
    }


class TooManyOccurrences(Refused):
    """More than can be brought in at once."""

    code, status = "too-many-occurrences", 422
    words: ClassVar[Words] = {
        "fr": "C'est trop à la fois. Exportez une période plus courte, ou un agenda par espace.",
        "en": "That is too much at once. Export a shorter time, or one calendar for each room.",
    }


class NotUnderstood(Exception):  # a note on one event: the others go on
    """`code` is one of WHY."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


WHY: dict[str, Words] = {
    "broken": {
        "fr": "Une de ses lignes ne se lit pas.",
        "en": "One of its lines cannot be read.",
    },
    "no-uid": {
        "fr": "Il n'a pas d'identifiant (UID) : un second import le doublerait.",
        "en": "It has no identifier (UID): a second import would double it.",
    },
    "all-day": {
        "fr": "Il dure la journée entière, sans heures : réservez-le à la main.",
        "en": "It lasts all day, without hours: reserve it by hand.",
    },
    "no-end": {
        "fr": "Il n'a pas d'heure de fin.",
        "en": "It has no end.",
    },
    "ends-before": {
        "fr": "Il finit avant de commencer.",
        "en": "It ends before it starts.",
    },
    "unknown-zone": {
        "fr": "Son fuseau horaire n'est pas connu.",
        "en": "Its time zone is not known.",
    },
    "rule": {
        "fr": "Sa règle de répétition n'est pas comprise : réservez la série à la main.",
        "en": "Its rule of recurrence is not understood: reserve the series by hand.",
    },
    "this-and-following": {
        "fr": "Un changement « cet événement et les suivants » n'est pas compris, et rien n'est pris de ces dates : "
        "exportez chaque séance, ou réservez-les à la main.",
        "en": "A change of “this and following” is not understood, and nothing is taken of those dates: "
        "export each occurrence, or reserve them by hand.",
    },
    "no-such-time": {
        "fr": "Cette heure n'existe pas ce jour-là : les horloges avancent.",
        "en": "That time does not exist on that day: clocks go forward.",
    },
    "twice": {
        "fr": "Il y est deux fois le même jour : seule la première est prise.",
        "en": "It is there twice on one day: only the first is taken.",
    },
    "kind": {
        "fr": "Ce n'est pas un événement.",
        "en": "It is no event.",
    },
    "continues": {
        "fr": "La série continue après cette date : importez de nouveau plus tard.",
        "en": "The series goes on after this date: import again later.",
    },
    "no-place": {
        "fr": "Il ne dit pas quel espace : choisissez-en un pour les événements sans lieu.",
        "en": "It does not say which room: choose one for events without a place.",
    },
    "unknown-place": {
        "fr": "Aucun espace de la maison ne porte le nom de ce lieu.",
        "en": "No room of the house is called like this place.",
    },
}
