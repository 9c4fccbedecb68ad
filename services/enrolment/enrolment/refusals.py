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
