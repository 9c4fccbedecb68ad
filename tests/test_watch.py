"""What Prometheus is told to watch: each alert can fire, stays silent in a quiet house, and has its runbook.

That what it asks for is measured is seen where a house runs, in test_round.py.
"""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WATCH = ROOT / "deploy" / "watch"
ALERTS: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((WATCH / "alerts.yml").read_text())["groups"] for rule in group["rules"]
]


def test_each_alert_has_its_runbook_and_no_runbook_is_left_over() -> None:
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    watch = page.split("\n## Watch\n")[1].split("\n## ")[0]
    told = dict(re.findall(r"^### (\w+)\n\n(.+?)(?=\n\n|\n?\Z)", watch, flags=re.MULTILINE | re.DOTALL))
    assert list(told) == [rule["alert"] for rule in ALERTS]
    assert [name for name, words in told.items() if len(words.split()) < 25] == []


@pytest.mark.parametrize("words", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml")])
def test_the_rules_fire_when_they_should(words: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    done = subprocess.run([promtool, *words], cwd=WATCH, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tried_by_promtool() -> None:
    tried = (WATCH / "alerts.test.yml").read_text()
    assert [rule["alert"] for rule in ALERTS if f'alertname="{rule["alert"]}"' not in tried] == []
