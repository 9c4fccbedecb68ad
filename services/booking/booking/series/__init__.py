"""Recurring reservations: days from a rule, what each would meet, and taking many of them at once."""
