"""What several use cases refuse, in the words that people read."""

from typing import ClassVar

from ronde.refusal import Refused


class SessionUnknown(Refused):
    """No such session, or its plan has not arrived yet."""

    code, status = "session-unknown", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette séance n'est pas dans le programme.",
        "en": "This session is not in the programme.",
    }


class PartyUnknown(Refused):
    """Nobody is registered under this id."""

    code, status = "party-unknown", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette famille n'est pas encore enregistrée.",
        "en": "This family is not registered yet.",
    }


class GuardianUnknown(Refused):
    """No such guardian, or no longer."""

    code, status = "guardian-unknown", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette personne n'est pas, ou plus, enregistrée dans cette famille.",
        "en": "This person is not, or no longer, registered in this family.",
    }


class EnrolmentUnknown(Refused):
    """No such enrolment."""

    code, status = "enrolment-unknown", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette inscription n'existe pas.",
        "en": "There is no such enrolment.",
    }


class SessionBegan(Refused):
    """The session has begun, or is over."""

    code, status = "session-began", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "La séance a déjà commencé : il n'est plus possible de changer l'inscription.",
        "en": "The session has begun: the enrolment can no longer be changed.",
    }


class NotTheirSession(Refused):
    """Another organisation's session: only its organiser, and those it shares it with, may do this."""

    code, status = "not-their-session", 403
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette séance est celle d'une autre structure : elle seule, ou celles avec qui elle la partage, peut le "
        "faire.",
        "en": "This is another organisation's session: only they, or those they share it with, can do this.",
    }


class NoTimeToAnswer(Refused):
    """Only the night is left before the session: an offer could not be answered."""

    code, status = "no-time-to-answer", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Il ne reste que la nuit avant la séance : appelez la famille et, si elle dit oui, donnez-lui la place "
        "directement.",
        "en": "Only the night is left before the session: ring the family up and, if they say yes, give it to them.",
    }
