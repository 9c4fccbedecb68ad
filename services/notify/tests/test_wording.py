"""What is written: complete, short enough for a phone, and without what must not be there."""

import email
import email.policy
import shutil
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import smsutil  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from notify.frame import BadFrame
from notify.gsm import parts, plain, shorten
from notify.main import workers
from notify.providers import Letter
from notify.providers.smtp import compose
from notify.purposes import OF_A_CRECHE, PURPOSES, Purpose
from notify.samples import sample
from notify.tables import Enrolment, Session
from notify.testing import Family, Workshop
from notify.wording import SMS_PARTS, TEMPLATES, Wording, WordsMissing, facts_of
from ronde.house import House, load
from ronde.ids import new_id
from ronde.service import Service
from ronde_contracts.enrolment_creche import WeeklyGrid

HOUSE = Path(__file__).parents[3] / "deploy" / "house" / "villeurbanne.toml"
LONGEST_DAY = datetime(2035, 8, 22, 15, 30, tzinfo=UTC)  # mercredi 22 août 2035, 17 h 30
LINK = "https://inscriptions.maison-petite-enfance.villeurbanne.example/i/AbCdEfGhIjKl"
LONG: dict[str, Any] = {
    "title": "Ateliers d'éveil musical et corporel, à quatre mains, avec les assistant·es maternel·les « du quartier »",
    "room": "Grande salle, côté jardin",
    "starts_at": LONGEST_DAY,
    "ends_at": LONGEST_DAY + timedelta(hours=2, minutes=30),
    "reason": "L'animatrice est absente et nous n'avons pas pu la remplacer ; nous vous proposerons une autre date",
    "reference": "I-7K3QX9",
    "children": 3,
    "state": "confirmed",
    "link": LINK,
    "position": 138,
    "was": "confirmed",
    "why": "not-free",
    "first_answer": True,
    "was_starting_at": LONGEST_DAY - timedelta(days=7),
    "deadline": LONGEST_DAY - timedelta(hours=4),
    "preferences": "https://ronde.example/preferences/AbCdEfGhIjKlMnOp",
}
LONG_OF_A_CRECHE: dict[str, Any] = {
    "title": "Crèche multi-accueil intercommunale des Bottines et des Bottillons, antenne du quartier « Gratte-Ciel »",
    "renew_by": LONGEST_DAY.date(),
    "starts_on": LONGEST_DAY.date(),
    "ends_on": LONGEST_DAY.date(),
    "week": dict.fromkeys(WeeklyGrid.model_fields, "07:30-12:00 13:30-18:15"),
}


def with_others(purpose: Purpose) -> dict[str, Any]:
    """As many dates of a series as there are weeks in a year, where they are told together."""
    return {"also": [LONG] * 45} if PURPOSES[purpose].together else {}


CODE_LINK = LINK.replace("/i/", "/c/")
LONG_OF: dict[Purpose, dict[str, Any]] = {
    Purpose.CODE: {"code": "482915", "why": "contact", "expires_at": LONGEST_DAY, "link": CODE_LINK},
    Purpose.CONSENT_ASKED: {"asker": "Acepp 69", "reasons": "2 h de plus.", "until": LONGEST_DAY},
    Purpose.OVERFULL: {"places": 8, "taken": 10},
    Purpose.STATEMENT_READY: {"month": "2035-08"},
    **dict.fromkeys(OF_A_CRECHE, LONG_OF_A_CRECHE),
}
UNDATED = (Purpose.STATEMENT_READY, Purpose.APPLICATION_DECIDED, Purpose.APPLICATION_LAPSED)
LANGUAGES = ("fr", "en", "ar")
EVERY_SMS = [(purpose, language) for purpose in Purpose if "sms" in PURPOSES[purpose].written for language in LANGUAGES]
EVERY_EMAIL = [(purpose, language) for purpose in Purpose for language in LANGUAGES]


@pytest.fixture(scope="module")
def wording() -> Wording:
    """Villeurbanne's, and it writes Arabic too; made once, or these tests would spend their time reading files."""
    return Wording(speaking(*LANGUAGES))


@pytest.mark.parametrize(("purpose", "language"), EVERY_SMS)
@pytest.mark.parametrize(("was", "why"), [("confirmed", "not-free"), ("waiting", "taken")])
def test_the_longest_sms_takes_two_parts_and_loses_no_character(
    wording: Wording, purpose: Purpose, language: str, was: str, why: str
) -> None:
    facts = {**LONG, **LONG_OF.get(purpose, {}), "was": was, "why": why, **with_others(purpose)}
    written = wording.sms(purpose, language, facts)
    template = words_of(purpose, "sms", language)
    assert parts(written) <= SMS_PARTS, (len(written), written)
    assert smsutil.is_valid_gsm(written) is (language != "ar")
    assert written.count("?") == template.count("?"), "a character that could not be written"
    assert "  " not in written
    if "{{ link }}" in template:
        assert facts["link"] in written


@pytest.mark.parametrize(("purpose", "language"), EVERY_SMS)
def test_an_ordinary_sms_is_not_cut(wording: Wording, purpose: Purpose, language: str) -> None:
    facts = sample(purpose, language)
    written = wording.sms(purpose, language, facts)
    if "title" in words_of(purpose, "sms", language):
        assert plain(facts["title"]) in written
    assert "..." not in written


@pytest.mark.parametrize(("purpose", "language"), EVERY_EMAIL)
@pytest.mark.parametrize("was", ["confirmed", "waiting", "offered"])
def test_every_email_has_a_subject_of_one_line_and_no_machine_date(
    wording: Wording, purpose: Purpose, language: str, was: str
) -> None:
    facts = {**LONG, **LONG_OF.get(purpose, {}), "was": was, "state": was, **with_others(purpose)}
    subject, text, html = wording.email(purpose, language, facts)
    assert subject
    assert "\n" not in subject
    assert "\n\n\n" not in text
    assert "2035-08-22" not in subject + text + html
    said = {"fr": "mercredi 22 août 2035", "en": "Wednesday 22 August 2035", "ar": "الأربعاء، 22 أغسطس 2035"}
    assert said[language] in text or purpose in UNDATED
    assert "{{" not in text + html
    assert "None" not in text


def test_the_service_refuses_to_start_when_a_message_could_not_be_written(house: House, tmp_path: Path) -> None:
    incomplete = tmp_path / "templates"
    shutil.copytree(TEMPLATES, incomplete)
    Wording(house, incomplete)
    (incomplete / "session-moved.sms.en.txt").unlink()
    with pytest.raises(WordsMissing, match=r"session-moved\.sms\.en\.txt"):
        Wording(house, incomplete)
    service = SimpleNamespace(house=speaking("fr", "pt"))
    with pytest.raises(WordsMissing, match=r"enrolment-offered\.sms\.pt\.txt"):
        workers(cast(Service, service))


def test_another_language_is_another_set_of_files_and_no_code(tmp_path: Path) -> None:
    more = tmp_path / "templates"
    shutil.copytree(TEMPLATES, more)
    for file in TEMPLATES.glob("*.fr.txt"):
        shutil.copy(file, more / file.name.replace(".fr.", ".pt."))
    (more / "session-reminder.sms.pt.txt").write_text("Lembrete: {{ title }}, {{ moment(starts_at) }}.")
    written = Wording(speaking("fr", "pt"), more).sms(Purpose.REMINDER, "pt", sample(Purpose.REMINDER, "pt"))
    assert written.startswith("Lembrete: Matinée d'éveil, ")


def test_arabic_is_written_from_right_to_left(wording: Wording) -> None:
    _, text, html = wording.email(Purpose.CONFIRMED, "ar", LONG)
    assert '<html lang="ar" dir="rtl"' in html
    assert html.count('<p dir="rtl"') == text.strip().count("\n\n") + 1
    assert 'style="direction:rtl' in html
    assert f'href="{LINK}"' in html
    sms = wording.sms(Purpose.OFFERED, "ar", sample(Purpose.OFFERED, "ar"))
    assert parts(sms) == -(-len(sms) // 67), "each part of a text in Arabic holds 67 characters, not 153"
    assert "،" in sms, "its own comma stays"


def test_a_frame_with_an_unknown_tag_is_refused(house: House, tmp_path: Path) -> None:
    """mrml lets it through without a word: families would see it."""
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    frame = tmp_path / "templates" / "email.mjml"
    frame.write_text(frame.read_text().replace("mj-divider", "mj-devider"))
    with pytest.raises(BadFrame, match=r"email\.mjml: MJML knows no <mj-devider>"):
        Wording(house, tmp_path / "templates")


def test_a_template_that_names_what_there_is_not_fails_and_says_nothing(house: House, tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    (tmp_path / "templates" / "session-moved.sms.fr.txt").write_text("{{ family_name }} : changement")
    with pytest.raises(Exception, match="family_name"):
        Wording(house, tmp_path / "templates").sms(Purpose.MOVED, "fr", LONG)


def test_a_template_is_given_no_name_of_a_person() -> None:
    """What it is not given it cannot say, whoever edits it."""
    assert set(written_facts()) == set(LONG)
    for purpose in Purpose:
        assert set(sample(purpose, "fr")) <= set(LONG) | set(LONG_OF.get(purpose, {}))


def test_a_title_with_a_line_break_does_not_break_a_subject(wording: Wording) -> None:
    facts = written_facts(title="Matinée\nBcc: tout-le-monde@example.org")
    subject, _, _ = wording.email(Purpose.CONFIRMED, "fr", facts)
    assert "Matinée Bcc" in subject
    assert "\n" not in subject


def test_html_says_what_the_text_says_and_nothing_of_it_is_markup(wording: Wording) -> None:
    facts = {**LONG, "title": "<script>alert(1)</script>"}
    _, text, html = wording.email(Purpose.CONFIRMED, "fr", facts)
    assert "<script>" in text
    assert "<script>" not in html
    assert f'href="{LINK}"' in html


def test_the_email_says_who_wrote_it_when_in_which_language_and_that_it_was_a_machine(wording: Wording) -> None:
    subject, text, html = wording.email(Purpose.OFFERED, "fr", LONG)
    id = new_id()
    sealed = compose(
        Letter(id, "famille@example.org", "fr", text, subject, html),
        name="Pôle Petite enfance",
        sender="ronde@example.org",
    )
    assert sealed.isascii(), "any server may take it, also one without 8BITMIME"
    mail = email.message_from_bytes(sealed, policy=email.policy.default)
    assert mail["Message-ID"] == f"<{id}@example.org>"
    assert mail["Content-Language"] == "fr"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"]
    assert mail["From"] == "Pôle Petite enfance <ronde@example.org>"
    assert mail["Subject"] == subject
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text
    assert mail.get_body(("html",)) is not None


def test_typography_becomes_what_a_phone_can_show() -> None:
    assert plain("à 9\u202fh\u00a030, l’« œuvre » – août… Ça va\u00a0?") == 'à 9 h 30, l\'" oeuvre " - aout... Ça va ?'
    assert plain("1ʳᵉ, 3ᵉ, garçon, Noël ☕🎈") == "1re, 3e, garcon, Noel "
    assert plain("مرحبا") == "مرحبا"


@given(st.text())
def test_a_question_mark_is_only_where_somebody_asked(text: str) -> None:
    written = plain(text)
    assert text.count("?") <= written.count("?") <= unicodedata.normalize("NFKD", text).count("?")
    assert plain(written) == written


@given(st.text(), st.integers(10, 80))
def test_what_is_shortened_is_short(text: str, length: int) -> None:
    cut = shorten(text, length)
    assert len(cut) <= length + 1
    assert cut == text or cut.endswith("...")


def words_of(purpose: Purpose, channel: str, language: str) -> str:
    return (TEMPLATES / f"{purpose}.{channel}.{language}.txt").read_text()


def speaking(*languages: str) -> House:
    return load(HOUSE).model_copy(update={"languages": languages})


def written_facts(title: str = "Matinée d'éveil") -> dict[str, Any]:
    family, workshop = Family(), Workshop(title=title)
    known = {**family.said(workshop), "state": "confirmed"}
    told = {key: value for key, value in workshop.said().items() if key != "places"}
    session = Session(**told, called_off=False, reason=None, version=1)
    return facts_of(Enrolment(**known), session, family.link, {}, "", "fr")
