"""A measured row: value and baseline over several runs, their ratio and spread."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any


@dataclass
class Row:
    """`values` and `baselines` come in pairs, measured one after the other; a better value may be lower (latency)."""

    name: str
    unit: str
    baseline_is: str
    values: list[float] = field(default_factory=list)
    baselines: list[float] = field(default_factory=list)
    remark: str = ""

    @property
    def value(self) -> float:
        return median(self.values)

    @property
    def baseline(self) -> float:
        return median(self.baselines)

    @property
    def ratio(self) -> float:
        """Median of the runs' own ratios: what slows the machine for a moment slows both halves of a run."""
        return median(v / b for v, b in zip(self.values, self.baselines, strict=True))

    @property
    def spread(self) -> float:
        """(highest - lowest) / median of the values."""
        return (max(self.values) - min(self.values)) / self.value

    def __str__(self) -> str:
        value = f"{self.value:10,.1f} {self.unit:<8} ratio {self.ratio:5.2f}"
        baseline = f"of {self.baseline:,.1f} ({self.baseline_is})"
        spread = f"spread {self.spread:.0%} over {len(self.values)}"
        return f"{self.name:<34}{value} {baseline}, {spread}" + (f"; {self.remark}" if self.remark else "")

    def as_json(self, versions: dict[str, str]) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "value": self.value,
            "baseline": self.baseline,
            "baseline_is": self.baseline_is,
            "ratio": self.ratio,
            "spread": self.spread,
            "runs": len(self.values),
            "remark": self.remark,
            "at": datetime.now(UTC).isoformat(),
            "versions": versions,
        }
