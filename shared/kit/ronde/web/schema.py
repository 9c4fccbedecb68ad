"""OpenAPI tells the truth about refusals: problem+json, not the framework's own shape."""

from collections import defaultdict
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from ronde.refusal import Refused
from ronde.web.idempotency import IdempotencyKeyNeeded, IdempotencyKeyReused
from ronde.web.keys import KeyNeeded, NotOfTheHouse

MEDIA_TYPE = "application/problem+json"
REFERENCE = {"$ref": "#/components/schemas/Problem"}
KEY: tuple[type[Refused], ...] = (KeyNeeded, NotOfTheHouse)
"""What a route answers that asks for an organisation's key."""
ONCE: tuple[type[Refused], ...] = (IdempotencyKeyNeeded, IdempotencyKeyReused)
"""What a route answers that asks for an Idempotency-Key."""


class FieldError(BaseModel):
    """What is wrong with one field; `pointer` into the body, or the `parameter`'s name."""

    pointer: str | None = Field(None, examples=["#/children/0/first_name"])
    parameter: str | None = None
    code: str = Field(examples=["missing"])
    detail: str = Field(examples=["Ce champ est nécessaire."])


class Problem(BaseModel):
    """RFC 9457. More members may say what is possible instead."""

    type: str = Field(examples=["urn:ronde:problem:room-taken"])
    title: str = Field(description="the kind of refusal, in the reader's language")
    status: int
    detail: str = Field(description="this refusal, in the reader's language")
    code: str = Field(description="for programs: the last word of `type`", examples=["room-taken"])
    instance: str = Field(description="names the request, for whoever looks into it")
    errors: list[FieldError] = Field(default_factory=list, description="only with the code `invalid`")


def refusals(*kinds: type[Refused]) -> dict[int | str, dict[str, Any]]:
    """A route's `responses`: by status, each refusal's sentence, code and an example with what is possible instead."""
    by_status: dict[int | str, list[type[Refused]]] = defaultdict(list)
    for kind in kinds:
        by_status[kind.status].append(kind)
    return {
        status: {
            "description": " ".join(f"`{kind.code}`: {(kind.__doc__ or '').strip()}" for kind in kinds_of_it),
            "content": {
                MEDIA_TYPE: {"schema": REFERENCE, "examples": {k.code: {"value": _example(k)} for k in kinds_of_it}}
            },
        }
        for status, kinds_of_it in by_status.items()
    }


def _example(kind: type[Refused]) -> dict[str, Any]:
    return {
        "type": f"urn:ronde:problem:{kind.code}",
        "title": kind.words["fr"],
        "status": kind.status,
        "detail": kind.words["fr"],
        "code": kind.code,
        "instance": "urn:ronde:request:5f0c1d2e3b4a5968",
        **kind.example,
    }


def describe(app: FastAPI) -> None:
    """Let `/openapi.json` give every operation the answer `default`: a problem."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = corrected(made())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def corrected(found: dict[str, Any]) -> dict[str, Any]:
    """The framework's document with our problems in it."""
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    model = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**model.pop("$defs"), "Problem": model}
    problem = {
        "description": "refused; `code` says why",
        "content": {MEDIA_TYPE: {"schema": REFERENCE}},
    }
    for operations in found.get("paths", {}).values():
        for operation in operations.values():
            responses = operation["responses"]
            if "HTTPValidationError" in str(responses.get("422")):  # a route's own 422 stays
                del responses["422"]
            responses.setdefault("default", problem)
    return found
