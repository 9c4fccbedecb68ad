"""The house as data: who is in it, its rooms, its hours, its holidays, and who may say what."""

from .charter import Budget, Charter, Window
from .creches import Creche, Occasional
from .enrolments import Agreement, Enrolments
from .file import HouseFileError, Problem, load, parse
from .model import Organisation, Room
from .whole import House

__all__ = [
    "Agreement",
    "Budget",
    "Charter",
    "Creche",
    "Enrolments",
    "House",
    "HouseFileError",
    "Occasional",
    "Organisation",
    "Problem",
    "Room",
    "Window",
    "load",
    "parse",
]
