"""An application for a crèche place: what may be asked for, locked, told, and ended."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.house import Creche
from ronde.refusal import Refused
from ronde.web import dates
from ronde_contracts.enrolment_creche import ApplicationReceived, PageIssued
from ronde_contracts.event import Event
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from enrolment.creche.book import months_after
from enrolment.creche.criteria import Criteria
from enrolment.creche.hours import Hours, between, hours, quarter
from enrolment.doorkeys import new_token, token_hash
from enrolment.likeness import key
from enrolment.nursery.commissions import today
from enrolment.people import lock_party
from enrolment.settings import Terms
from enrolment.states import LIVING, ApplicationState
from enrolment.tables import CrecheApplication, CrecheApplicationAnswer, CrechePageLink, Party


@dataclass(frozen=True, kw_only=True)
class Wished:
    """`week`: seven texts of hours, from Monday. `flexible`: `places.FLEXIBLE` earlier or later would do."""

    creche: str
    week: tuple[str, ...]
    flexible: bool = False


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A criterion that the family says is theirs; `creche` for one that counts in a crèche only."""

    criterion: str
    creche: str | None = None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """All that a family asks for, for one child: born, or due on that day. `wishes` from the dearest.

    `together_with`: another application of the family for the same commission: both have a place, or neither.
    """

    first_name: str | None = None
    born_on: date | None = None
    due_on: date | None = None
    entry_on: date
    entry_from: date
    entry_until: date
    wishes: tuple[Wished, ...]
    claims: tuple[Claim, ...] = field(default=())
    together_with: UUID | None = None


class ApplicationUnknown(Refused):
    """No such application, or not theirs."""

    code, status = "application-unknown", 404
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette demande de place n'existe pas.",
        "en": "There is no such application.",
    }


class ApplicationsClosed(Refused):
    """Before the criteria are published, or after the closing: a commission compares what was asked by one day."""

    code, status = "applications-closed", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette commission prend les demandes, et leurs changements, du {begins} au {ends}. Vous pouvez toujours "
        "retirer votre demande, ou la présenter à la commission suivante.",
        "en": "This commission takes applications, and their changes, from {begins} to {ends}. You can always withdraw "
        "your application, or bring it before the next commission.",
    }
    example: ClassVar[dict[str, Any]] = {"closes": "2027-02-26"}


class WishNotPossible(Refused):
    """A wish for a crèche that there is not, for no day, for hours at which it is closed, or one too many."""

    code, status = "wish-not-possible", 422
    words: ClassVar[dict[str, str]] = {
        "fr": "Un de vos souhaits n'est pas possible : il faut une crèche de la maison, un jour au moins, et des "
        "heures auxquelles elle est ouverte. {n} souhaits au plus.",
        "en": "One of your wishes is not possible: it takes a crèche of the house, one day at least, and hours at "
        "which it is open. {n} wishes at most.",
    }
    example: ClassVar[dict[str, Any]] = {"wish": 0}


class NotACriterion(Refused):
    """A criterion that the commission has not published, twice, without its crèche; or a sensitive one, claimed."""

    code, status = "not-a-criterion", 422
    words: ClassVar[dict[str, str]] = {
        "fr": "La commission n'a pas publié ce critère, ou il est donné deux fois. Ce qui touche à votre situation ne "
        "s'écrit pas : l'équipe note seulement les points.",
        "en": "The commission has not published this criterion, or it is given twice. What touches your circumstances "
        "is not written down: the team notes the points only.",
    }


class TooOld(Refused):
    """The child would be older on the first day than the commission's file allows."""

    code, status = "too-old", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "À la date d'entrée la plus proche, l'enfant aurait plus de {n} mois : l'école l'attend. L'équipe peut "
        "vous parler de l'accueil occasionnel.",
        "en": "On the earliest day of entry the child would be more than {n} months old: school is next. The team can "
        "tell you about occasional care.",
    }


class NotTogether(Refused):
    """Brothers and sisters asked for together wish for the same crèches, in the same order."""

    code, status = "not-together", 422
    words: ClassVar[dict[str, str]] = {
        "fr": "Pour demander ensemble, les souhaits des enfants nomment les mêmes crèches dans le même ordre ; les "
        "jours peuvent être différents.",
        "en": "To ask together, the wishes for the children name the same crèches in the same order; the days may "
        "differ.",
    }


async def lock_family_of(tx: Tx, id: UUID) -> Party:
    """The family before the crèches, and these before the application. Raises ApplicationUnknown, PartyUnknown."""
    found = await tx.session.get(CrecheApplication, id)
    if found is None:
        raise ApplicationUnknown
    return await lock_party(tx, found.party_id)


async def lock_application(tx: Tx, id: UUID) -> tuple[Party, CrecheApplication]:
    """The family, then its application, ours until the transaction ends. Raises ApplicationUnknown, PartyUnknown."""
    party = await lock_family_of(tx, id)
    application = await tx.session.get(
        CrecheApplication,
        id,
        options=[selectinload(CrecheApplication.answers)],
        with_for_update=True,
        populate_existing=True,
    )
    if application is None:
        raise ApplicationUnknown
    return party, application


def takes(terms: Terms, criteria: Criteria) -> None:
    """Raises ApplicationsClosed."""
    if not criteria.takes(today(terms)):
        said = {
            lang: words.format(
                begins=dates.day(criteria.published, lang, terms.timezone),
                ends=dates.day(criteria.closes, lang, terms.timezone),
            )
            for lang, words in ApplicationsClosed.words.items()
        }
        raise ApplicationsClosed(said, closes=criteria.closes.isoformat())


def possible(terms: Terms, criteria: Criteria, asked: Asked) -> None:
    """Raises TooOld, WishNotPossible, NotACriterion."""
    if criteria.too_old(_born(asked), asked.entry_from):
        raise TooOld(_counted(TooOld.words, criteria.applications.oldest.months))
    most = criteria.applications.wishes
    creches = {one.id: one for one in terms.creches}
    for n, wish in enumerate(asked.wishes):
        if n >= most or wish.creche not in creches or not _open(creches[wish.creche], wish.week):
            raise WishNotPossible(_counted(WishNotPossible.words, most), wish=n)
    known = {one.id: one for one in criteria.criteria if not one.sensitive}
    for claim in asked.claims:
        criterion = known.get(claim.criterion)
        if criterion is None or (criterion.at == "creche") != (claim.creche is not None):
            raise NotACriterion


async def beside(tx: Tx, party: Party, commission: str, asked: Asked) -> CrecheApplication | None:
    """The application that it is asked together with. Raises ApplicationUnknown, NotTogether."""
    if asked.together_with is None:
        return None
    other = await tx.session.get(CrecheApplication, asked.together_with)
    if other is None or other.party_id != party.id or other.commission != commission or other.state != "kept":
        raise ApplicationUnknown
    if [one["creche"] for one in other.wishes] != [one.creche for one in asked.wishes]:
        raise NotTogether
    return other


def write(application: CrecheApplication, asked: Asked, other: CrecheApplication | None) -> None:
    """What is asked for into its row, the proofs that were seen left as they are."""
    application.first_name = asked.first_name
    application.born_on, application.due_on = asked.born_on, asked.due_on
    application.entry_on = asked.entry_on
    application.entry_from, application.entry_until = asked.entry_from, asked.entry_until
    application.wishes = [
        {"creche": one.creche, "week": list(one.week), "flexible": one.flexible} for one in asked.wishes
    ]
    if other is not None:
        other.with_siblings = other.with_siblings or other.id
    application.with_siblings = other.with_siblings if other else None
    application.updated_at = now()
    claims = {one.criterion: one.creche for one in asked.claims}
    for answer in list(application.answers):
        answer.claimed = answer.criterion in claims
        if answer.points is None and not answer.claimed:
            application.answers.remove(answer)
    known = {answer.criterion: answer for answer in application.answers}
    for criterion, creche in claims.items():
        if criterion not in known:
            application.answers.append(unseen(criterion, creche))
        elif known[criterion].points is None:
            known[criterion].creche = creche


def child_of(one: CrecheApplication | Asked) -> tuple[object, ...]:
    """The same for two applications that are for one child of a family."""
    return one.born_on, one.due_on, key(one.first_name or "")


def unseen(criterion: str, creche: str | None = None) -> CrecheApplicationAnswer:
    """A claim whose proof nobody has seen yet."""
    return CrecheApplicationAnswer(criterion=criterion, creche=creche, claimed=True, seen_by=[])


def renewed(terms: Terms, criteria: Criteria) -> date | None:
    """Until when it counts that is confirmed today; None: for good."""
    renew = criteria.applications.renew
    return months_after(today(terms), renew.months) if renew else None


def tell(tx: Tx, application: CrecheApplication, kind: type[Event], **more: Any) -> None:
    """Publish the whole state of it."""
    application.version += 1
    facts = {
        "application_id": application.id,
        "reference": application.reference,
        "party_id": application.party_id,
        "commission": application.commission,
    }
    tx.publish(kind(**facts, **more), sequence=application.version)


def tell_received(tx: Tx, terms: Terms, application: CrecheApplication) -> None:
    """With a link to its page that works until it lapses, and a while longer."""
    last = application.renew_by or application.entry_until
    expires_at = datetime.combine(last, time(), terms.timezone) + terms.link_stays
    tell(tx, application, ApplicationReceived, renew_by=application.renew_by)
    issue_page(tx, terms, application, application.id, expires_at, sequence=application.version)


def issue_page(
    tx: Tx, terms: Terms, application: CrecheApplication, about_id: UUID, expires_at: datetime, *, sequence: int
) -> None:
    """Tell notify a new link to the family's page of the application, about it or about an offer to it."""
    token = new_token()
    link = CrechePageLink(token_hash=token_hash(token), application_id=application.id, expires_at=expires_at)
    tx.session.add(link)
    told = PageIssued(
        about_id=about_id,
        party_id=application.party_id,
        url=f"{terms.public_url}/d/{token}",
        expires_at=expires_at.astimezone(UTC),
    )
    tx.publish(told, sequence=sequence)


async def end(tx: Tx, application: CrecheApplication, state: ApplicationState, kind: type[Event], **more: Any) -> None:
    """A living application, locked, comes to nothing. Who is left alone of those asked together asks alone."""
    application.state, application.updated_at = state, now()
    if application.with_siblings is not None:
        left = await tx.session.scalars(
            select(CrecheApplication).where(
                CrecheApplication.with_siblings == application.with_siblings,
                CrecheApplication.id != application.id,
                CrecheApplication.state.in_(LIVING),
            )
        )
        application.with_siblings = None
        others = left.all()
        if len(others) == 1:
            others[0].with_siblings = None
    tell(tx, application, kind, **more)


def _born(asked: Asked) -> date:
    found = asked.born_on or asked.due_on
    assert found is not None  # noqa: S101 (the shape asks for one of them)
    return found


def _counted(words: dict[str, str], n: int) -> dict[str, str]:
    return {lang: said.format(n=n) for lang, said in words.items()}


def _open(creche: Creche, week: Iterable[str]) -> bool:
    asked = [hours(text) for text in week]
    return any(asked) and all(not when & ~_hours(creche, day) for day, when in enumerate(asked))


def _hours(creche: Creche, weekday: int) -> Hours:
    usual = creche.opening.on(weekday)
    return between(quarter(usual.opens), quarter(usual.closes)) if usual else 0
