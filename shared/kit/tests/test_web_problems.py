"""Every refusal and mistake is problem+json in the reader's language, and repeats nothing of what was sent."""

from typing import Annotated, Any, ClassVar

import pytest
from fastapi import APIRouter, FastAPI
from jsonschema import Draft202012Validator
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from ronde.refusal import Refused
from ronde.web.language import accepted
from ronde.web.testing import Settings, app_with, visitor
from structlog.testing import capture_logs

router = APIRouter()


class RoomTaken(Refused):
    code, status = "room-taken", 409
    words: ClassVar[dict[str, str]] = {"fr": "L'espace est pris.", "en": "The room is taken."}


class Child(BaseModel):
    model_config = ConfigDict(extra="forbid")
    first_name: Annotated[str, Field(max_length=5)]
    born: AwareDatetime | None = None


class Enrolment(BaseModel):
    children: list[Child]
    places: Annotated[int, Field(ge=1)] = 1


@router.post("/enrolments")
async def enrol(body: Enrolment) -> dict[str, int]:
    return {"places": body.places}


@router.get("/rooms/{number}")
async def room(number: int) -> None:
    raise RoomTaken(free_at="10:00", status="cannot be replaced", number=number)


@router.get("/broken")
async def broken() -> None:
    raise RuntimeError("telephone 06 39 98 00 01")


@pytest.fixture
def app() -> FastAPI:
    return app_with(router, Settings())


async def test_a_refusal_says_what_is_possible_instead(app: FastAPI) -> None:
    async with visitor(app) as client:
        answer = await client.get("/rooms/3")
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said.pop("instance") == f"urn:ronde:request:{answer.headers['x-request-id']}"
    assert said == {
        "type": "urn:ronde:problem:room-taken",
        "title": "L'espace est pris.",
        "detail": "L'espace est pris.",
        "status": 409,
        "code": "room-taken",
        "free_at": "10:00",
        "number": 3,
    }


@pytest.mark.parametrize(("asked", "lang"), [("", "fr"), ("en-GB,fr;q=0.8", "en"), ("de,fr;q=0.3", "fr"), ("zh", "fr")])
async def test_the_language_is_the_readers(app: FastAPI, asked: str, lang: str) -> None:
    async with visitor(app, **{"accept-language": asked}) as client:
        answer = await client.get("/rooms/3")
    assert answer.headers["content-language"] == lang
    assert answer.json()["detail"] == RoomTaken.words[lang]


def test_a_malformed_accept_language_is_french() -> None:
    assert accepted("en;q=much, ;;;,=", ("fr", "en")) == "fr"


async def test_each_invalid_field_is_pointed_at_and_no_input_is_repeated(app: FastAPI) -> None:
    secret = "Maximilien"
    body: dict[str, Any] = {
        "children": [{"first_name": secret, "born": secret, secret: 1}, {}],
        "places": -77123,
    }
    async with visitor(app) as client:
        answer = await client.post("/enrolments", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"
    errors = {(one["pointer"], one["code"]): one["detail"] for one in answer.json()["errors"]}
    assert errors == {
        ("#/children/0/first_name", "string_too_long"): "5 caractères au plus.",
        ("#/children/0/born", "datetime_from_date_parsing"): "Il faut une date et une heure.",
        ("#/children/0", "extra_forbidden"): "Un champ inconnu est de trop.",
        ("#/children/1/first_name", "missing"): "Ce champ est nécessaire.",
        ("#/places", "greater_than_equal"): "Il faut au moins 1.",
    }
    assert secret not in answer.text
    assert "77123" not in answer.text


async def test_a_parameter_is_named(app: FastAPI) -> None:
    async with visitor(app, **{"accept-language": "en"}) as client:
        answer = await client.get("/rooms/blue")
    assert answer.json()["errors"] == [
        {"parameter": "number", "code": "int_parsing", "detail": "A whole number is needed."}
    ]


async def test_what_is_no_json_is_said_so(app: FastAPI) -> None:
    async with visitor(app) as client:
        answer = await client.post("/enrolments", content='{"a": Zoé', headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-json")
    assert "Zoé" not in answer.text


async def test_unknown_addresses_and_methods(app: FastAPI) -> None:
    async with visitor(app) as client:
        nothing, wrong = await client.get("/nowhere"), await client.delete("/enrolments")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "not-found")
    assert (wrong.status_code, wrong.json()["code"], wrong.headers["allow"]) == (405, "method-not-allowed", "POST")


async def test_an_unforeseen_error_shows_its_id_only_and_is_logged_once(app: FastAPI) -> None:
    with capture_logs() as logs:
        async with visitor(app, **{"x-request-id": "trace-me-1234"}) as client:
            answer = await client.get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
    assert answer.headers["x-request-id"] == "trace-me-1234"
    assert "06 39" not in answer.text
    assert "RuntimeError" not in answer.text
    assert [(one["request"], one["path"]) for one in logs] == [("trace-me-1234", "/broken")]


async def test_an_odd_request_id_is_not_taken(app: FastAPI) -> None:
    async with visitor(app, **{"x-request-id": "<b>x</b> and more"}) as client:
        answer = await client.get("/rooms/3")
    assert len(answer.headers["x-request-id"]) == 16


async def test_a_browser_gets_a_page(app: FastAPI) -> None:
    async with visitor(app, accept="text/html,*/*") as client:
        answer = await client.get("/rooms/3")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>L&#39;espace est pris.</h1>" in answer.text


async def test_openapi_tells_of_problems_and_of_nothing_else(app: FastAPI) -> None:
    async with visitor(app) as client:
        said = (await client.get("/openapi.json")).json()
        refused = (await client.get("/rooms/blue")).json()
    assert "HTTPValidationError" not in str(said)
    responses = said["paths"]["/enrolments"]["post"]["responses"]
    assert set(responses) == {"200", "default"}
    assert set(responses["default"]["content"]) == {"application/problem+json"}
    schemas = said["components"]["schemas"]
    Draft202012Validator({**schemas["Problem"], "components": said["components"]}).validate(refused)
    assert {"Enrolment", "Problem", "FieldError"} <= set(schemas)
