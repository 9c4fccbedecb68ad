"""The plumbing of a Ronde service; no noun of the domain lives here."""
