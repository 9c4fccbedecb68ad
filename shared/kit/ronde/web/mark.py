"""The mark: a ring of equal dots, one per organisation, none larger, none first."""

from collections.abc import Sequence
from math import cos, pi, sin

from markupsafe import Markup

STRONG = {
    "terracotta": "#A8482B",
    "lagoon": "#14707A",
    "plum": "#7A3E86",
    "moss": "#4F6B1F",
    "ochre": "#8A5A00",
    "slate": "#3F5C8C",
}
"""The strong tone of each colour; also in ronde.css, where a test holds the two together."""


def ring(colours: Sequence[str]) -> Markup:
    """The ring as an SVG of 48 × 48 units, decoration only: the house's name stands beside it."""
    count = len(colours)
    if not count:
        return Markup("")
    radius = min(9.0, 15 * sin(pi / count) * 0.72) if count > 1 else 9.0
    dots = Markup().join(
        Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}" class="dot-{}" fill="{}"/>').format(
            24 + (15 * sin(2 * pi * i / count) if count > 1 else 0),
            24 - (15 * cos(2 * pi * i / count) if count > 1 else 0),
            radius,
            colour,
            STRONG.get(colour, "#5A6068"),
        )
        for i, colour in enumerate(colours)
    )
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="mark" viewBox="0 0 48 48" aria-hidden="true">{}</svg>'
    ).format(dots)
