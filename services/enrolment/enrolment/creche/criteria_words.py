"""The words by which a criterion that may never be one, or that must be kept without its reason, is recognised.

A list of words stops what is written plainly, by mistake or by habit. It does not see through another name for the
same thing (a street for an origin): that is why the criteria are published before anybody applies.
"""

import re
import unicodedata
from collections.abc import Mapping

from enrolment.creche.criteria import Criterion

FORBIDDEN: Mapping[str, str] = {
    "the sex of the child": "sexe?s?|genres?|gender|filles?|girls?|garcons?|boys?",
    "origin": r"origin\w*|nationalit\w*|naturalis\w*|ethni\w*|races?|racial\w*|religi\w*|etrange\w*|foreign\w*"
    "|patronymes?|surnames?|francais|francaises?|citizens?|citizenship|citoyen\\w*",
    "who knows whom": r"elue?s?|councillors?|maires?|mayors?|recomm[ae]nd\w*|connaissances?|acquaintances?|relations?"
    "|amie?s?|friends?|pistons?|faveurs?|favours?|discretion\\w*|appreciations?|coup de coeur|benevol\\w*|dona\\w*",
}
"""What it would look at, and the words, without accents, that say so."""
SENSITIVE = (
    r"handicap\w*|disab\w*|malad\w*|ill|illness\w*|sante|health|medic\w*|vulnerab\w*|fragil\w*|violen\w*|pmi|aemo"
    r"|protection|rsa|insertion|precar\w*|precair\w*|pauvre\w*|poverty|monoparent\w*|lone|single|seule?s?|isole\w*"
    r"|hebergement|urgences?|social\w*|sociaux|revenus?|incomes?"
)


def never_a_criterion(criterion: Criterion) -> tuple[str, str] | None:
    """What it would look at, and the word that says so."""
    for what, words in FORBIDDEN.items():
        if found := _found(words, criterion):
            return what, found
    return None


def touches(criterion: Criterion) -> str | None:
    """The word by which it touches health or social circumstances."""
    return _found(SENSITIVE, criterion)


def _found(words: str, criterion: Criterion) -> str | None:
    text = " ; ".join([criterion.id.replace("-", " "), *criterion.label.values()])
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe")).encode("ascii", "ignore").decode().lower()
    match = re.search(rf"\b(?:{words})\b", plain)
    return match[0] if match else None
