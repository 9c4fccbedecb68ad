"""A commission's published criteria: what they give, what is kept of it, what is refused, and the seal."""

from datetime import date
from pathlib import Path
from shutil import which
from subprocess import run

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from enrolment.creche.commissions import load_all
from enrolment.creche.criteria import NEUTRAL, Answer, Criteria, NotAsPublished, Shown
from enrolment.creche.criteria_file import load, parse
from enrolment.creche.criteria_main import main
from enrolment.creche.criteria_seal import canonical, digest, sign, signed
from ronde.house import HouseFileError
from ronde.house import load as load_house

FILE = Path(__file__).parents[3] / "deploy/house/commissions/2027-03.toml"
TEXT = FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def criteria() -> Criteria:
    return load(FILE)


def added(more: str, text: str = TEXT) -> str:
    """The file with one criterion more."""
    common = 'points = 10\nproof.fr = "Une preuve"\nproof.en = "A proof"\n'
    return f"{text}\n[[criteria]]\n{more}\n{common}"


def refused(text: str) -> tuple[int, str]:
    """The line and the words of the only problem."""
    with pytest.raises(HouseFileError) as error:
        parse(text)
    [problem] = error.value.problems
    return problem.line, problem.says


def test_the_towns_own_examples(criteria: Criteria) -> None:
    assert {one.id: one.points for one in criteria.criteria} == {
        "commune": 100, "parent-seul-actif": 100, "deux-parents-actifs": 100, "un-parent-actif": 40,
        "fragilite": 40, "handicap": 30, "jumeaux": 30, "fratrie": 20,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "points"),
    [
        ([], 0),
        (["commune"], 100),
        (["commune", "deux-parents-actifs", "fratrie"], 220),
        (["deux-parents-actifs", "un-parent-actif"], 100),  # one of them, the one that gives most
        (["un-parent-actif", "parent-seul-actif", "commune"], 200),  # even when that one is sensitive
        (["fragilite", "handicap"], 70),
    ],
)
def test_points(criteria: Criteria, shown: list[str], points: int) -> None:
    assert sum(one.points for one in criteria.answers(Shown(id, "nadia") for id in shown)) == points


def test_of_a_sensitive_criterion_only_the_points_and_who_saw_the_proof_are_kept(criteria: Criteria) -> None:
    kept = criteria.answers([Shown("handicap", "omar"), Shown("commune", "nadia"), Shown("fragilite", "nadia")])
    assert kept == (Answer("commune", 100, ("nadia",)), Answer(NEUTRAL, 70, ("nadia", "omar")))
    assert criteria.label(NEUTRAL)["fr"] == "Situation prise en compte"


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("the sex of the child", 'id = "a"\nlabel.fr = "L\'enfant est une fille"\nlabel.en = "The child is a she"'),
        ("the sex of the child", 'id = "sexe"\nlabel.fr = "Mixité"\nlabel.en = "Mix"'),
        ("origin", 'id = "a"\nlabel.fr = "Nationalité"\nlabel.en = "Passport"'),
        ("origin", 'id = "a"\nlabel.fr = "Lieu"\nlabel.en = "Ethnic group"'),
        ("who knows whom", 'id = "a"\nlabel.fr = "Recommandé par un élu"\nlabel.en = "Backed"'),
        ("who knows whom", 'id = "a"\nlabel.fr = "Points discrétionnaires"\nlabel.en = "Free points"'),
    ],
)
def test_what_is_never_a_criterion_is_refused_with_its_line(what: str, more: str) -> None:
    line, says = refused(added(more))
    assert line == TEXT.count("\n") + 2
    assert f"{what} is never a criterion. Take it out" in says


def test_a_sensitive_criterion_that_is_not_marked_is_refused() -> None:
    text = added('id = "sante"\nlabel.fr = "Une maladie de longue durée"\nlabel.en = "A long illness"')
    assert refused(text)[1].endswith("only its points may be kept. Add: sensitive = true")


@pytest.mark.parametrize(
    ("was", "now", "at", "says"),
    [
        ("points   = 20", "points   = 0", "points   = 20", "points is 0; it should be greater than or equal to 1"),
        ("drawn      = 2027-03-06", "drawn      = 2027-02-20", "drawn ", "the draw would be known while one may still"),
        ("to_months   = 11", "to_months   = 12", 'id          = "moyens"', "'moyens' shares ages with 'petits'"),
        ('id       = "fratrie"', 'id       = "jumeaux"', 'id       = "fratrie"', "'jumeaux' is taken"),
        ('label.en = "A brother', 'label.de = "A brother', 'label.fr = "Un frère', "label.en is missing"),
        ("points   = 20", 'points   = 20\nat = "creche"', "points   = 20", "a family could then gain"),
    ],
)
def test_mistakes_with_line_and_remedy(was: str, now: str, at: str, says: str) -> None:
    line, found = refused(TEXT.replace(was, now, 1))
    assert says in found
    assert abs(line - (TEXT[: TEXT.index(at)].count("\n") + 1)) <= 1


def test_age_groups_on_the_commissions_day(criteria: Criteria) -> None:
    born = {"due": date(2027, 12, 31), "petit": date(2026, 9, 2), "moyen": date(2026, 9, 1), "grand": date(2024, 9, 1)}
    assert [criteria.group_of(day) for day in born.values()] == ["petits", "petits", "moyens", "grands"]
    assert criteria.group_of(date(2028, 3, 1)) is None


def test_points_other_than_the_published_ones_do_not_count(criteria: Criteria) -> None:
    town, busy = Answer("commune", 100, ("nadia",)), Answer("un-parent-actif", 40, ("nadia",))
    criteria.check([town, busy])
    for wrong in (
        [town._replace(points=101)],
        [Answer("handicap", 30, ("nadia",))],  # its reason must not be kept
        [Answer(NEUTRAL, 10_000, ("nadia",))],
        [town._replace(creche="bottines")],
        [town, town],
        [busy, Answer("deux-parents-actifs", 100, ("nadia",))],
    ):
        with pytest.raises(NotAsPublished):
            criteria.check(wrong)
    with pytest.raises(NotAsPublished, match="shown twice"):
        criteria.answers([Shown("commune", "nadia"), Shown("commune", "omar")])


def test_the_seal_is_of_what_is_said_and_not_of_how_it_is_laid_out(criteria: Criteria) -> None:
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signature = sign(criteria, private)
    laid_out_otherwise = parse("# another note\n" + TEXT.replace("points   = 100", "points = 100"))
    assert canonical(laid_out_otherwise) == canonical(criteria)
    assert signed(laid_out_otherwise, signature, public)
    changed = parse(TEXT.replace("points   = 20", "points   = 21"))
    assert digest(changed) != digest(criteria)
    assert not signed(changed, signature, public)
    other = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert not signed(criteria, signature, other)


@pytest.mark.skipif(which("openssl") is None, reason="needs openssl")
def test_anybody_checks_the_signature_without_ronde(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "2027-03.toml"
    key, pub, text, signature = (str(tmp_path / name) for name in ("a.key", "a.pub", "2027-03.json", "2027-03.sig"))
    file.write_text(TEXT, encoding="utf-8")
    run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
    run(["openssl", "pkey", "-in", key, "-pubout", "-out", pub], check=True)
    assert main([str(file), "--verify", pub]) == 1  # nothing is signed yet
    assert main([str(file), "--sign", key]) == 0
    check = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", pub, "-rawin", "-in", text, "-sigfile", signature]
    run(check, check=True)
    assert main([str(file), "--verify", pub]) == 0
    file.write_text(TEXT.replace("points   = 20", "points   = 200"), encoding="utf-8")
    assert main([str(file), "--verify", pub]) == 1
    assert "IS NOT what was signed" in capsys.readouterr().err


def test_a_houses_commissions_are_read_with_line_and_remedy(tmp_path: Path, house_file: Path) -> None:
    house = load_house(house_file)
    assert load_all(None, house) == ()
    (tmp_path / "first.toml").write_text(TEXT)
    (tmp_path / "second.toml").write_text(TEXT.replace("version    = 1", "version    = 2"))
    assert [one.version for one in load_all(tmp_path, house)] == [2]
    (tmp_path / "third.toml").write_text(TEXT.replace('teams  = ["bottines"]', 'teams  = ["bottine"]'))
    with pytest.raises(
        HouseFileError, match=r"third.toml, line 73: the house has no .bottine.\. Write one of: acepp, "
    ):
        load_all(tmp_path, house)
    (tmp_path / "third.toml").write_text(TEXT.replace("oldest = { months = 36, ", "oldest = { "))
    with pytest.raises(HouseFileError, match=r"third.toml, line 76: applications: 'oldest.months' is missing"):
        load_all(tmp_path, house)
