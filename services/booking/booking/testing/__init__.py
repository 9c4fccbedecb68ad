"""For tests of booking and beside it: an open day, a desk on a real database, the whole service running."""

from booking.testing.desk import Desk, OpenDay
from booking.testing.running import Running, plan, running

__all__ = ["Desk", "OpenDay", "Running", "plan", "running"]
