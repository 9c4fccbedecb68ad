"""What happened in a line, in words: the same for staff and for the family whose row it is."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ronde.web.dates import moment, ordinal

from enrolment.states import LineNews
from enrolment.tables import LineChange

Words = dict[str, str]
SAID: dict[LineNews, Words] = {
    "joined": {
        "fr": "Inscription sur la liste d'attente, à la {position} place.",
        "en": "Put on the waiting list, in {position} place.",
    },
    "got-a-place": {"fr": "Il y avait une place : inscription confirmée.", "en": "There was a place: confirmed."},
    "passed-over": {
        "fr": "Une place est allée plus loin dans la liste : il en faut {needs}, ensemble et avec l'adulte, et il n'y en "
        "avait pas autant. Le rang est gardé.",
        "en": "A place went further down the list: {needs} are needed, together and with the adult, and there were not "
        "as many. The rank is kept.",
    },
    "overtaken": {
        "fr": "Une famille qui a plus de points ({points}) est passée devant.",
        "en": "A family with more points ({points}) went ahead.",
    },
    "put-first": {
        "fr": "L'équipe a mis cette inscription en tête de la liste, pour une raison écrite.",
        "en": "The team put this enrolment at the head of the list, for a written reason.",
    },
    "reordered": {
        "fr": "La règle de la liste a changé : la {was} place est devenue la {position}.",
        "en": "The rule of the list has changed: {was} place became {position}.",
    },
    "offered": {
        "fr": "Place proposée, à accepter avant le {deadline}.",
        "en": "Place offered, to accept by {deadline}.",
    },
    "new-deadline": {
        "fr": "Nouveau délai pour répondre : le {deadline}.",
        "en": "New deadline to answer: {deadline}.",
    },
    "accepted": {"fr": "Place acceptée.", "en": "Place accepted."},
    "declined": {"fr": "Place refusée.", "en": "Place declined."},
    "expired": {"fr": "Pas de réponse dans le délai : la place a été proposée à la suite.", "en": "No answer in time."},
    "withdrawn": {"fr": "Désistement.", "en": "Withdrawn."},
    "nobody-can-answer": {
        "fr": "Une place est libre et il ne reste que la nuit avant la séance : personne n'a été sollicité par message.",
        "en": "A place is free and only the night is left before the session: nobody was asked by message.",
    },
}
BY_HAND: Words = {
    "fr": "L'équipe a fait passer une autre famille devant ; la raison est dans son journal.",
    "en": "The team put another family ahead; the reason is in its log.",
}
POINTS: dict[str, Words] = {
    "newcomer": {"fr": "pas encore venue ces derniers mois", "en": "has not come in the last months"},
    "missed": {"fr": "a attendu en vain à une séance d'avant", "en": "waited in vain for an earlier session"},
    "no_show": {"fr": "n'est pas venue sans prévenir", "en": "did not come, without a word"},
}
"""What each rule of points looks at."""


def said(change: LineChange, zone: ZoneInfo) -> Words:
    """One sentence in each language; times as people say them. The reason that staff wrote is beside it."""
    sentences = BY_HAND if change.facts.get("by_hand") else SAID[change.change]
    return {lang: words.format(**_facts(change.facts, lang, zone)) for lang, words in sentences.items()}


def _facts(facts: dict[str, Any], lang: str, zone: ZoneInfo) -> dict[str, Any]:
    shown = dict(facts)
    if "deadline" in facts:
        shown["deadline"] = moment(datetime.fromisoformat(facts["deadline"]), lang, zone)
    for rank in ("position", "was"):
        if isinstance(facts.get(rank), int):
            shown[rank] = ordinal(facts[rank], lang)
    return shown
