"""What is committed is what the classes say, and the check tells when it is not."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ronde_contracts import asyncapi, generate
from ronde_contracts.catalogue import BY_TYPE
from ronde_contracts.plain_yaml import to_yaml

HOME = Path(__file__).parent.parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(HOME / "schemas", tmp_path / "schemas")
    shutil.copy(HOME / "README.md", tmp_path)
    return tmp_path


def test_the_committed_files_are_the_generated_ones() -> None:
    assert generate.differences(HOME / "schemas", generate.files()) == []


def test_check_shows_what_differs_and_writes_nothing(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copy / "schemas/message.sent.v1.json"
    path.write_text(path.read_text().replace('"purpose"', '"motive"'))
    edited = path.read_text()
    assert generate.main(["--check"], home=copy) == 1
    told = capsys.readouterr().out
    assert '-    "motive"' in told
    assert '+    "purpose"' in told
    assert "make contracts" in told
    assert path.read_text() == edited


@pytest.mark.parametrize("name", ["session.opened.v1.json", "left-behind.json"])
def test_check_sees_a_missing_and_a_left_over_file(copy: Path, name: str) -> None:
    path = copy / "schemas" / name
    if path.exists():
        path.unlink()
    else:
        path.write_text("{}\n")
    assert generate.main(["--check"], home=copy) == 1
    assert generate.main([], home=copy) == 0
    assert generate.main(["--check"], home=copy) == 0


def test_the_yaml_says_what_the_document_says() -> None:
    read = yaml.safe_load((HOME / "schemas/asyncapi.yaml").read_text(encoding="utf-8"))
    assert read == asyncapi.document((HOME / "README.md").read_text(encoding="utf-8"))


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(
            alphabet=st.characters(
                codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\x85\ufeff\ufffe\uffff"
            )
        )
        | st.sampled_from(
            ["no", "1.0", "a: b", "a #b", "- a", " a", "a ", "", "two\nlines", "two\n\nlines\n", "\n", "*a"]
        ),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet="ab.:-# *1"), inner),
        max_leaves=12,
    )
)
def test_any_plain_data_survives_our_yaml(value: object) -> None:
    assert yaml.safe_load(to_yaml(value)) == value


def test_the_message_in_the_readme_is_the_sample() -> None:
    shown = (HOME / "README.md").read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]
    assert json.loads(shown) == json.loads((HOME / "samples/session.planned.v1.json").read_bytes())


def test_the_page_has_a_table_for_every_event() -> None:
    page = (HOME / "schemas/README.md").read_text(encoding="utf-8")
    for type_, event in BY_TYPE.items():
        section = page.split(f"\n## {type_}\n")[1].split("\n## ")[0]
        for name in event.model_fields:
            assert f"| `{name}" in section, (type_, name)
