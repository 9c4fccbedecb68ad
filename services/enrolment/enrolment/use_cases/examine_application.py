"""Examine an application: which proofs somebody of the team has seen, and which class of place it is for."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ronde.clock import now
from ronde.database import Tx
from ronde.refusal import Refused

from enrolment.creche.book import Place
from enrolment.creche.criteria import NEUTRAL, Criteria, NotAsPublished, Shown
from enrolment.nursery.applying import Claim, NotACriterion, lock_application
from enrolment.nursery.commissions import their_commission
from enrolment.settings import Terms
from enrolment.tables import CrecheApplication, CrecheApplicationAnswer


@dataclass(frozen=True, kw_only=True)
class ExamineApplication:
    """`shown`: all the proofs that were seen, earlier ones too. `seen_by`: who of the team saw the new ones.

    `keep_circumstances`: the points of sensitive criteria stay as they are, for nobody knows any more which these were;
    else they are those of `shown`.
    """

    id: UUID
    shown: Collection[Claim]
    seen_by: str
    by: str
    place: Place = "ordinary"
    keep_circumstances: bool = True


class NotExaminable(Refused):
    """The commission has decided, or the application is over."""

    code, status = "not-examinable", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Cette demande n'attend plus la commission : ses points ne changent plus.",
        "en": "This application does not wait for the commission any more: its points do not change.",
    }


class ShowCircumstancesAgain(Refused):
    """It counts once with a sensitive criterion; which of these was counted is not kept."""

    code, status = "show-circumstances-again", 409
    words: ClassVar[dict[str, str]] = {
        "fr": "Ce critère ne s'ajoute pas à certains des critères sensibles, et lesquels ont compté n'est pas gardé. "
        "Cochez de nouveau tous les critères sensibles que la famille peut montrer.",
        "en": "This criterion is not added to some of the sensitive ones, and which of these counted is not kept. Tick "
        "all the sensitive criteria again that the family can show.",
    }


async def examine_application(tx: Tx, terms: Terms, cmd: ExamineApplication) -> CrecheApplication:
    """Points as published; a proof that was seen earlier keeps who saw it and when.

    Raises ApplicationUnknown, NotTheirCommission, NotExaminable, NotACriterion, ShowCircumstancesAgain.
    """
    _, application = await lock_application(tx, cmd.id)
    criteria = their_commission(terms, application.commission, cmd.by)
    if application.state != "kept":
        raise NotExaminable(state=application.state)
    known = {one.criterion: one for one in application.answers}
    try:
        kept = criteria.answers(Shown(one.criterion, cmd.seen_by, one.creche) for one in cmd.shown)
    except NotAsPublished:
        raise NotACriterion from None
    keep = cmd.keep_circumstances and _seen(known.get(NEUTRAL))
    if keep:
        _may_stay(criteria, cmd.shown, known)
    given = {one.criterion: one for one in kept}
    for answer in list(application.answers):
        if answer.criterion not in given and not (answer.criterion == NEUTRAL and keep):
            _forget(application, answer)
    for one in kept:
        if one.criterion != NEUTRAL and _seen(known.get(one.criterion)):
            continue
        row = known.get(one.criterion) or CrecheApplicationAnswer(criterion=one.criterion, claimed=False)
        row.points, row.creche, row.seen_by, row.seen_at = one.points, one.creche, [cmd.seen_by], now()
        if one.criterion not in known:
            application.answers.append(row)
    application.place, application.updated_at = cmd.place, now()
    return application


def _may_stay(criteria: Criteria, shown: Collection[Claim], known: dict[str, CrecheApplicationAnswer]) -> None:
    """Raises ShowCircumstancesAgain."""
    sensitive = {one.id for one in criteria.criteria if one.sensitive}
    once = {one.one_of for one in criteria.criteria if one.sensitive and one.one_of}
    word = {one.id: one.one_of for one in criteria.criteria}
    for one in shown:
        new = not _seen(known.get(one.criterion))
        if one.criterion in sensitive or (new and word.get(one.criterion) in once):
            raise ShowCircumstancesAgain


def _seen(answer: CrecheApplicationAnswer | None) -> bool:
    return answer is not None and answer.points is not None


def _forget(application: CrecheApplication, answer: CrecheApplicationAnswer) -> None:
    """That a proof was seen; what the family says stays."""
    if answer.claimed:
        answer.points, answer.seen_by, answer.seen_at = None, [], None
    else:
        application.answers.remove(answer)
