"""The frame of every HTML e-mail: MJML, compiled once when the service starts into a template of Jinja."""

import re
from pathlib import Path

import mrml

LEFT_OVER = re.compile(r"</?(mj[\w-]*)")


class BadFrame(Exception):
    """The frame is no MJML: the service does not start."""


def compiled(path: Path) -> str:
    """HTML that mail programs show alike, its {{ … }} untouched. Raises BadFrame.

    An unknown tag goes through mrml without a word, and would be shown to families: whatever is left over is refused.
    """
    try:
        html = str(mrml.to_html(path.read_text()).content)
    except OSError as error:  # what mrml raises for anything that it cannot read, as well as a file that is not there
        raise BadFrame(f"{path.name}: {error}") from None
    if unknown := sorted(set(LEFT_OVER.findall(html))):
        raise BadFrame(f"{path.name}: MJML knows no <{'>, <'.join(unknown)}>")
    return html
