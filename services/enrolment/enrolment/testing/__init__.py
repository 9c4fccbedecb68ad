"""To rehearse with, in tests and benchmarks: a desk that enrols, and the whole service with its doors."""

from enrolment.testing.desk import HOUR, MIGRATIONS, ORGANISER, PARIS, Desk, Family, in_days
from enrolment.testing.running import Running, running

__all__ = ["HOUR", "MIGRATIONS", "ORGANISER", "PARIS", "Desk", "Family", "Running", "in_days", "running"]
