"""Sample data for every message: what the previews show, what the tests check at its longest. No real person."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from ronde.clock import now
from ronde_contracts.enrolment_creche import WeeklyGrid

from notify.purposes import OF_A_CRECHE, Purpose

TITLES = {"fr": "Matinée d'éveil", "en": "Early learning morning", "ar": "صباح الأطفال"}
CRECHES = {"fr": "Crèche Bottines et Bottillons", "en": "Bottines et Bottillons crèche", "ar": "حضانة بوتين"}
REASONS = {"fr": "L'animatrice est absente.", "en": "Our colleague is away.", "ar": "المنشطة غائبة."}


def sample(purpose: Purpose, language: str, link: str = "https://ronde.example/i/AbCdEfGhIjKl") -> dict[str, Any]:
    """Facts as a template gets them, for a session in a week."""
    at = now()
    starts_at = at.replace(hour=8, minute=30, second=0, microsecond=0) + timedelta(days=7)
    facts: dict[str, Any] = {
        "title": TITLES.get(language, TITLES["fr"]),
        "room": "Salle de motricité",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "reference": "I-7K3QX9",
        "link": link,
    }
    return {**facts, **SPECIAL.get(purpose, _of_a_family)(facts, language)}


def _of_a_family(facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "reason": REASONS.get(language, REASONS["fr"]),
        "children": 1,
        "state": "confirmed",
        "position": 3,
        "was": "confirmed",
        "why": "",
        "first_answer": False,
        "was_starting_at": facts["starts_at"] - timedelta(days=1),
        "deadline": facts["starts_at"] - timedelta(days=2),
        "preferences": "https://ronde.example/preferences/AbCdEfGhIjKlMnOp",
    }


def _code(facts: Mapping[str, Any], language: str) -> dict[str, Any]:  # noqa: ARG001
    return {"code": "482915", "why": "enter", "expires_at": now() + timedelta(minutes=15)}


def _consent(facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    reasons = {"fr": "2 h de plus que prévu cette semaine.", "en": "2 h more than its share this week."}
    return {
        "asker": "Acepp 69",
        "reasons": reasons.get(language, reasons["fr"]),
        "until": facts["starts_at"] - timedelta(days=3),
    }


def _overfull(facts: Mapping[str, Any], language: str) -> dict[str, Any]:  # noqa: ARG001
    return {"places": 8, "taken": 10}


def _statement(facts: Mapping[str, Any], language: str) -> dict[str, Any]:  # noqa: ARG001
    return {"month": "2026-10"}


def _creche(facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    first = facts["starts_at"].date() + timedelta(days=60)
    hours = {"monday": "08:00-17:00", "thursday": "08:00-12:00"}
    return {
        **_of_a_family(facts, language),
        "title": CRECHES.get(language, CRECHES["fr"]),
        "renew_by": first,
        "starts_on": first,
        "ends_on": None,
        "week": dict.fromkeys(WeeklyGrid.model_fields) | hours,
        "why": "not-free",
    }


def _care(facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    at = now()
    starts_at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    hours = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3), "deadline": at + timedelta(minutes=20)}
    return {**_creche(facts, language), **hours}


SPECIAL: dict[Purpose, Callable[[Mapping[str, Any], str], dict[str, Any]]] = {
    **{one: _care if one.startswith("occasional-") else _creche for one in OF_A_CRECHE},
    Purpose.CODE: _code,
    Purpose.CONSENT_ASKED: _consent,
    Purpose.OVERFULL: _overfull,
    Purpose.STATEMENT_READY: _statement,
}
