"""To rehearse with, in tests and benchmarks: a desk that enrols, what it hears, the service with its doors."""

from enrolment.testing.desk import HOUR, MIGRATIONS, ORGANISER, PARIS, Desk, Family, in_days
from enrolment.testing.running import Running, running
from enrolment.testing.saying import MONDAY, TUESDAY, Said, hear

__all__ = [
    "HOUR",
    "MIGRATIONS",
    "MONDAY",
    "ORGANISER",
    "PARIS",
    "TUESDAY",
    "Desk",
    "Family",
    "Running",
    "Said",
    "hear",
    "in_days",
    "running",
]
