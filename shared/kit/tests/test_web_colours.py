"""The colours are read from the style sheet itself and their contrasts computed, in light and in dark."""

import re

import pytest
from ronde.house.model import COLOURS
from ronde.web.mark import STRONG
from ronde.web.static import HERE

SHEET = (HERE / "ronde.css").read_text()
LIGHT_TEXT, DARK_TEXT = SHEET.split("@media (prefers-color-scheme: dark)")


def colours(text: str) -> dict[str, str]:
    """The custom properties of the first :root block in `text`."""
    block = text[text.index(":root") :].split("}", 1)[0]
    return dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6})", block))


SCHEMES = {"light": colours(LIGHT_TEXT), "dark": colours(DARK_TEXT)}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_is_readable(scheme: str) -> None:
    c = SCHEMES[scheme]
    for ground in ("paper", "card"):
        assert contrast(c["ink"], c[ground]) >= 7
        for text in ("quiet", "action", "good", "waiting", "stop"):
            assert contrast(c[text], c[ground]) >= 4.5, (text, ground)
        assert contrast(c["line"], c[ground]) >= 3
    assert contrast(c["on-action"], c["action"]) >= 4.5
    for sign in ("good", "waiting", "stop"):
        assert contrast(c[sign], c[f"{sign}-tint"]) >= 4.5, sign
    for tint in ("waiting-tint", "slate-tint", "none-tint"):
        assert contrast(c["quiet"], c[tint]) >= 4.5, tint


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("colour", [*COLOURS, "none"])
def test_an_organisations_colour_carries_its_words(scheme: str, colour: str) -> None:
    c = SCHEMES[scheme]
    assert contrast(c["ink"], c[f"{colour}-tint"]) >= 7
    assert contrast(c[colour], c[f"{colour}-tint"]) >= 4.5
    assert contrast(c[colour], c["paper"]) >= 4.5


def test_the_mark_and_the_sheet_have_the_houses_colours() -> None:
    assert tuple(STRONG) == COLOURS
    assert {name: SCHEMES["light"][name] for name in COLOURS} == STRONG
    for name in (*COLOURS, "none"):
        assert f".c-{name} {{" in SHEET
