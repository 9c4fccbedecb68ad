"""The page of one piece of news: from the event to the receipt, one line a step."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from ronde.refusal import Refused
from ronde.service import service_of
from ronde.web import Staff, render

from notify.pages.words import CHANNELS, MISSING, PURPOSES, problem
from notify.queries.stories import Step, story

router = APIRouter()
STEPS = {
    "said": {"fr": "Annoncé par les inscriptions", "en": "Said by the enrolments"},
    "heard": {"fr": "Entendu ici", "en": "Heard here"},
    "complete": {"fr": "Ce qui manquait est arrivé", "en": "What was missing has come"},
    "addressed": {"fr": "À envoyer", "en": "To be sent"},
    "due": {"fr": "Partira", "en": "Will leave"},
    "tried": {"fr": "Remis au prestataire", "en": "Given to the provider"},
    "together": {"fr": "Dans la même lettre que d'autres dates", "en": "In one letter with other dates"},
    "taken": {"fr": "Pris par le prestataire", "en": "Taken by the provider"},
    "delivered": {"fr": "Arrivé", "en": "Arrived"},
    "undeliverable": {"fr": "N'est pas arrivé", "en": "Did not arrive"},
    "failed": {"fr": "N'est pas parti", "en": "Did not leave"},
    "unknown": {"fr": "Sans réponse du prestataire : peut-être parti", "en": "No answer: it may have left"},
    "withheld": {"fr": "Retenu : maison d'essai", "en": "Withheld: trial house"},
    "dropped": {"fr": "Pas envoyé par là", "en": "Not sent this way"},
    "taken-back": {"fr": "Retiré : ce n'était plus vrai", "en": "Taken back: no longer true"},
    "task": {"fr": "Une personne doit prévenir", "en": "A person has to tell them"},
    "task-done": {"fr": "Prévenu par l'équipe", "en": "Told by the team"},
}


class NoSuchNews(Refused):
    """Nothing of that id, or not any more."""

    code, status = "no-such-news", 404
    words = {  # noqa: RUF012
        "fr": "Ce message n'existe pas, ou sa trace a été effacée.",
        "en": "This message does not exist, or its trace has been erased.",
    }


@router.get("/news/{news_id}")
async def show_story(news_id: UUID, request: Request, staff: Staff) -> Response:  # noqa: ARG001
    async with service_of(request).db.reading() as session:
        found = await story(session, news_id)
    if found is None:
        raise NoSuchNews
    return render(
        request,
        "story.html",
        story=found,
        purpose=PURPOSES[found.news.purpose],
        lines=[_line(step) for step in found.steps],
        missing=MISSING.get(found.waits_for or ""),
    )


def _line(step: Step) -> dict[str, object]:
    status = "scheduled" if step.what in ("due", "tried") else step.what
    channel = CHANNELS[step.channel] if step.channel else None
    return {"step": step, "what": STEPS[step.what], "channel": channel, "why": problem(step.code, status)}
