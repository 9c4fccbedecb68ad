"""The plumbing of a Ronde service; no noun of the domain lives here."""

import gc

gc.set_threshold(10_000, 20, 20)  # imports are a million objects that stay: Python's 700 walks through them for nothing
