"""What a request for a room may be told, in words a person reads. The codes are part of the contract."""

from datetime import datetime
from typing import Any, ClassVar

from ronde.house import House, Room
from ronde.refusal import Refused
from ronde.web import dates

Words = dict[str, str]


class NoRoom(Refused):
    """No room for what was asked; `alternatives` in its extra are rooms and times that were free."""

    example: ClassVar[dict[str, Any]] = {
        "alternatives": [
            {
                "room": "salle-reunion",
                "room_name": "Salle de réunion",
                "starts_at": "2027-01-12T09:00:00+01:00",
                "ends_at": "2027-01-12T11:00:00+01:00",
            }
        ]
    }


class UnknownRoom(NoRoom):
    """No room of the house is called that."""

    code, status = "unknown-room", 422
    words: ClassVar[Words] = {
        "fr": "Aucun espace de la maison ne porte ce nom.",
        "en": "No room of the house is called that.",
    }


class InThePast(NoRoom):
    """That moment is over."""

    code, status = "in-the-past", 422
    words: ClassVar[Words] = {
        "fr": "Ce moment est passé : ce qui a eu lieu ne change plus.",
        "en": "That moment is past: what took place does not change any more.",
    }


class TooFarAhead(Refused):
    """Further ahead than the house can plan."""

    code, status = "too-far-ahead", 422
    words: ClassVar[Words] = {
        "fr": "C'est trop loin : la maison ne s'engage pas si longtemps à l'avance.",
        "en": "That is too far ahead: the house does not commit itself for so long.",
    }


class TimeSkipped(Refused):
    """Clocks jump over that local time on that day."""

    code, status = "time-skipped", 422
    words: ClassVar[Words] = {
        "fr": "Ce jour-là, {clock} n'existe pas : les horloges avancent. Choisissez une autre heure.",
        "en": "On that day {clock} does not exist: clocks go forward. Choose another time.",
    }

    @classmethod
    def this_one(cls, local: datetime) -> "TimeSkipped":
        return cls(_with_clock(cls.words, local))


class TimeTwice(Refused):
    """That local time comes twice on that day; a program that means one of the two gives its offset from UTC."""

    code, status = "time-twice", 422
    words: ClassVar[Words] = {
        "fr": "Ce jour-là, {clock} existe deux fois : les horloges reculent. "
        "Choisissez une heure plus tôt ou plus tard.",
        "en": "On that day {clock} exists twice: clocks go back. Choose an earlier or a later time.",
    }

    @classmethod
    def this_one(cls, local: datetime) -> "TimeTwice":
        return cls(_with_clock(cls.words, local))


def _with_clock(words: Words, local: datetime) -> Words:
    assert local.tzinfo is not None  # noqa: S101 (a time on the wall of a house)
    return {lang: said.format(clock=dates.clock(local, lang, local.tzinfo)) for lang, said in words.items()}


class RoomTooSmall(NoRoom):
    """More people than the room holds."""

    code, status = "room-too-small", 422
    words: ClassVar[Words] = {
        "fr": "Aucun espace n'accueille autant de personnes.",
        "en": "No room holds that many people.",
    }

    @classmethod
    def this_one(cls, room: Room, people: int) -> "RoomTooSmall":
        return cls(
            {
                "fr": f"« {room.name['fr']} » accueille {room.capacity} personnes ; il en faut {people}.",
                "en": f"“{room.name.get('en', room.name['fr'])}” holds {room.capacity} people; {people} are needed.",
            }
        )


class RoomClosed(NoRoom):
    """The house is closed that day or at that hour."""

    code, status = "room-closed", 422
    words: ClassVar[Words] = {
        "fr": "La maison est fermée à ce moment-là.",
        "en": "The house is closed at that time.",
    }

    @classmethod
    def all_day(cls, reason: Words) -> "RoomClosed":
        return cls(
            {
                "fr": f"La maison est fermée ce jour-là : {reason['fr']}.",
                "en": f"The house is closed that day: {reason.get('en', reason['fr'])}.",
            }
        )

    @classmethod
    def outside(cls, opens: datetime, closes: datetime, room: Room, house: House) -> "RoomClosed":
        fr, en = (dates.hours(opens, closes, lang, house.timezone) for lang in ("fr", "en"))
        before, after = room.setup_minutes, room.tidy_minutes
        return cls(
            {
                "fr": f"La maison est ouverte {fr}, installation ({before} min) et rangement ({after} min) compris.",
                "en": f"The house is open {en}, setting up ({before} min) and tidying ({after} min) included.",
            }
        )


class RoomTaken(NoRoom):
    """Somebody has it at that time; by whom is not said."""

    code, status = "room-taken", 409
    words: ClassVar[Words] = {
        "fr": "Aucun espace assez grand n'est libre à ce moment-là.",
        "en": "No room that is large enough is free at that time.",
    }

    @classmethod
    def this_one(cls, room: Room, starts_at: datetime, ends_at: datetime, house: House) -> "RoomTaken":
        fr, en = (dates.span(starts_at, ends_at, lang, house.timezone) for lang in ("fr", "en"))
        return cls(
            {
                "fr": f"« {room.name['fr']} » n'est pas libre {fr}.",
                "en": f"“{room.name.get('en', room.name['fr'])}” is not free {en}.",
            }
        )
