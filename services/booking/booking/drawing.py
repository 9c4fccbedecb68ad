"""The ledger as a drawing: a column for each week, a piece of it for each organisation. Without script, without style=.

The table beside it says the same in figures, so the drawing has one label and no others.
"""

from collections.abc import Mapping, Sequence

from markupsafe import Markup
from ronde.web.mark import STRONG

from booking.ledger import Ledger

WIDTH, HEIGHT, GAP = 720, 200, 6
_FRAME = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" class="ledger" viewBox="0 0 {} {}" role="img" aria-label="{}">'
)
_PIECE = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" class="dot-{}" fill="{}"/>')


def columns(ledger: Ledger, colours: Mapping[str, str], said: str) -> Markup:
    """`colours`: organisation -> its colour's name. The highest column fills the drawing."""
    highest = max((week.total for week in ledger.weeks), default=0) or 1
    width = WIDTH / max(1, len(ledger.weeks))
    pieces: list[Markup] = []
    for n, week in enumerate(ledger.weeks):
        y = float(HEIGHT)
        for organisation, hours in week.hours.items():
            height = HEIGHT * hours / highest
            y -= height
            if height:
                colour = colours.get(organisation, "none")
                fill = STRONG.get(colour, "#5A6068")
                pieces.append(_PIECE.format(n * width + GAP / 2, y, width - GAP, height, colour, fill))
    return _close(_FRAME.format(WIDTH, HEIGHT, said), pieces)


def scale(even: float, founders: int, said: str) -> Markup:
    """How even the sharing is, from one who has all (left) to all the same (right)."""
    least = 1 / founders if founders > 1 else 0.0
    at = 4 + (WIDTH - 8) * max(0.0, min(1.0, (even - least) / (1 - least)))
    pieces = [
        Markup('<rect x="0" y="9" width="{}" height="6" rx="3" class="scale" fill="#8A8F96"/>').format(WIDTH),
        Markup('<circle cx="{:.1f}" cy="12" r="10" class="here" fill="#1F5FA8"/>').format(
            max(10.0, min(WIDTH - 10.0, at))
        ),
    ]
    return _close(_FRAME.format(WIDTH, 24, said), pieces)


def _close(frame: Markup, pieces: Sequence[Markup]) -> Markup:
    return frame + Markup().join(pieces) + Markup("</svg>")
