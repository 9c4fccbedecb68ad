"""What a family reads of its account, in French and English: the rule, its own figures, the law, how to appeal."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time

from ronde.web import dates

from enrolment.creche.committee import Account, WishAccount
from enrolment.creche.criteria import Criteria
from enrolment.creche.fitting import No
from enrolment.creche.hours import texts
from enrolment.creche.words import RULES, spoken

Words = Mapping[str, str]
RULE: Mapping[str, Words] = {
    "half-day": {
        "fr": "Chaque demande reçoit des points, selon les critères publiés. Dans l'ordre des points, chaque famille "
        "reçoit le premier de ses vœux pour lequel il reste une place à chaque demi-journée demandée. Un vœu qui peut "
        "être décalé, s'il ne tient pas à ses heures, vaut aussi, avant le vœu suivant, pour la semaine la plus proche "
        "qui tient : les mêmes jours, aussi longs, une heure plus tôt ou plus tard au plus. À égalité de points, "
        "l'ordre est tiré au sort.",
        "en": "Each application gets points, by the published criteria. In the order of points, each family gets the "
        "first of its wishes for which a place is left in every half-day asked for. A wish that may be "
        "shifted, if it does not fit at its own hours, stands also, before the next wish, for the nearest week that "
        "fits: the same days, as long, an hour earlier or later at most. Equal points are settled by lot.",
    },
    "pattern": {
        "fr": "Chaque demande reçoit des points, selon les critères publiés. Chaque place va à la demande qui a le "
        "plus de points dans cette crèche ; qui ne l'obtient pas est examiné pour son vœu suivant, à égalité avec ceux "
        "qui l'avaient mis en premier. À égalité de points, l'ordre est tiré au sort.",
        "en": "Each application gets points, by the published criteria. Each place goes to the application with the "
        "most points in that crèche; whoever does not get it is looked at for the next wish, on a par with those who "
        "put it first. Equal points are settled by lot.",
    },
}
ORDER: Words = {
    "fr": "L'ordre de vos vœux ne change pas vos points : en donner un autre que le vôtre ne pouvait rien vous faire "
    "gagner.",
    "en": "The order of your wishes does not change your points: giving another than your own could not gain anything.",
}
OUTCOME: Mapping[str, Words] = {
    "met": {
        "fr": "Vœu {n} ({what}) : une place vous est proposée.",
        "en": "Wish {n} ({what}): a place is proposed to you.",
    },
    "refused": {"fr": "Vœu {n} ({what}) : pas de place.", "en": "Wish {n} ({what}): no place."},
    "not-needed": {
        "fr": "Vœu {n} ({what}) : non examiné, un vœu placé avant est satisfait.",
        "en": "Wish {n} ({what}): not looked at, a dearer one is met.",
    },
}
PLACE: Words = {
    "fr": "Vos points : {points}. Votre place : {place} sur {among} demandes pour cette crèche et cet âge.",
    "en": "Your points: {points}. Your place: {place} of {among}, of all who asked for this crèche at this age.",
}
LAST: Words = {
    "fr": "Dernière admission dans le groupe « {group} » pour la même semaine : {points} points.",
    "en": "Last admitted in the group “{group}” for the same week: {points} points.",
}
NOBODY: Words = {
    "fr": "Personne n'a été admis dans le groupe « {group} » pour cette semaine-là.",
    "en": "Nobody was admitted in the group “{group}” for that week.",
}
NO_GROUP: Words = {
    "fr": "À la date de la commission, l'enfant n'est dans aucun des groupes d'âge.",
    "en": "On the commission's day the child is in none of the age groups.",
}
FULL: Words = {
    "fr": "{slots} : les places sont allées à des demandes qui ont {points} points ou plus.",
    "en": "{slots}: the places went to applications that have {points} points or more.",
}
BY_LOT: Words = {
    "fr": "{slots} : les places sont allées à des demandes qui ont {points} points ou plus ; la dernière a autant de "
    "points que vous, et le tirage au sort l'a mise devant.",
    "en": "{slots}: the places went to applications that have {points} points or more; the last of them has as many as "
    "you, and was put ahead by lot.",
}
TOO_FEW: Words = {
    "fr": "{slots} : il n'y avait pas assez de places, quels que soient les points.",
    "en": "{slots}: there were too few places, whatever the points.",
}
UNFIT: Words = {
    "fr": "Cette semaine ne tient pas à côté de celles des enfants déjà accueillis ou placés avant : {when}, {rule}.",
    "en": "This week does not fit beside those of the children already there or ahead: {when}, {rule}.",
}
SHIFTED: Words = {
    "fr": "Vos horaires sont décalés d'une heure au plus, comme vous l'aviez accepté : {week}.",
    "en": "Your hours are shifted by an hour at most, as you said would do: {week}.",
}
TAKEN: Words = {
    "fr": "Les places sont allées à des demandes de {points} points ou plus.",
    "en": "The places went to applications with {points} points or more.",
}
NONE_LEFT: Words = {"fr": "Trop peu de places pour cet âge.", "en": "Too few places for this age."}
MENTION: Words = {
    "fr": "Cette proposition a été préparée par un traitement algorithmique : des points, selon des critères publiés, "
    "et un ordre (article L.311-3-1 du code des relations entre le public et l'administration). Sa finalité est de "
    "classer les demandes de place en crèche ; la commission décide. Vous avez le droit de recevoir communication des "
    "règles de ce traitement et de ses principales caractéristiques, sur simple demande à {to}. Sans réponse "
    "dans le délai d'un mois, ou après un refus, vous avez deux mois pour saisir la Commission d'accès aux documents "
    "administratifs (CADA).",
    "en": "This proposal was prepared by an algorithm: points, by published criteria, and an order (article L.311-3-1 "
    "of the French code of relations between the public and the administration). It serves to rank applications for a "
    "crèche place; the committee decides. You have the right to be told the rules of this processing and its main "
    "features: ask {to}. Without an answer within one month, or if it is refused, you have two months to turn to the "
    "Commission d'accès aux documents administratifs (CADA).",
}
"""What CRPA R.311-3-1-1 asks for: the purpose, the right to the rules, how to claim it (R.311-12 to R.311-15)."""
APPEAL: Words = {
    "fr": "Vous pouvez demander un nouvel examen dans un délai de {months} mois, à {to}. Deux mois sans réponse valent "
    "refus. Dans le délai de {months} mois, ou dans les {months} mois après ce refus, vous pouvez saisir {court}.",
    "en": "You may ask for another look within {months} months, from {to}. Two months without an answer are a refusal. "
    "Within {months} months, or within the {months} months after that refusal, you may turn to {court}.",
}
"""A request to the administration interrupts the time for the court (CRPA L.411-2, CJA R.421-1 and R.421-2)."""
PROOF: Words = {
    "fr": "Pour refaire le calcul : critères {criteria}, résultat {run} (SHA-256).",
    "en": "To compute it again: criteria {criteria}, result {run} (SHA-256).",
}
POINTS: Words = {"fr": "{label} : {points}", "en": "{label}: {points}"}


def told(account: Account, criteria: Criteria, names: Mapping[str, Words], language: str) -> Iterator[str]:
    """One paragraph after another; `names` of the crèches. A sensitive criterion is there by its neutral label."""
    yield RULE[criteria.counted_by][language]
    yield ORDER[language]
    for answer in account.answers:
        at = f" ({names[answer.creche][language]})" if answer.creche else ""
        label = criteria.label(answer.criterion)[language] + at
        yield POINTS[language].format(label=label, points=answer.points)
    slots = {slot.id: slot.name[language] for slot in criteria.slots}
    groups = {group.id: group.name[language] for group in criteria.groups}
    for n, wish in enumerate(account.wishes, 1):
        weeks = " ; ".join(", ".join(slots[id] for id in slots if id in last.slots) for last in wish.last)
        what = f"{names[wish.wish.creche][language]} ; {weeks}"
        said = [OUTCOME[wish.outcome][language].format(n=n, what=what), *_figures(wish, language, groups, slots)]
        yield " ".join(said)
    to, court = criteria.appeal.to[language], criteria.appeal.court[language]
    yield MENTION[language].format(to=to)
    yield APPEAL[language].format(months=criteria.appeal.months, to=to, court=court)
    yield PROOF[language].format(criteria=account.criteria, run=account.run)


def _figures(one: WishAccount, language: str, groups: Words, slots: Words) -> Iterator[str]:
    yield PLACE[language].format(points=one.points, place=one.place, among=one.among)
    if any(last.group is None for last in one.last):
        yield NO_GROUP[language]
        return
    for last in one.last:
        words = NOBODY if last.points is None else LAST
        yield words[language].format(group=groups[last.group or ""], points=last.points)
    alike: dict[tuple[int | None, bool], list[str]] = {}
    for full in one.full:
        alike.setdefault((full.last_points, full.by_lot), []).append(full.pool.slot)
    for (points, by_lot), gone in alike.items():
        words = TOO_FEW if points is None else BY_LOT if by_lot else FULL
        named = ", ".join(slots[id] for id in slots if id in gone)
        yield words[language].format(slots=named[0].upper() + named[1:], points=points)
    if one.unfit:
        yield does_not_fit(one.unfit, language)
    for week in one.shifted:
        yield SHIFTED[language].format(week=" ; ".join(spoken(texts(week), language)))


def why_not(one: WishAccount, language: str) -> str:
    """In a line: what a refused wish was refused for, the points that it would have taken, or the rule."""
    if one.unfit:
        return does_not_fit(one.unfit, language)
    if points := [full.last_points for full in one.full if full.last_points is not None]:
        return TAKEN[language].format(points=max(points))
    return NONE_LEFT[language]


def does_not_fit(no: No, language: str) -> str:
    """Which rule, on which day, at which quarter-hour: as people say them."""
    at = datetime.combine(no.day, time(no.quarter // 4, no.quarter % 4 * 15), UTC)
    return UNFIT[language].format(when=dates.moment(at, language, UTC), rule=RULES[no.rule][language])
