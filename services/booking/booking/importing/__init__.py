"""Bringing an organisation's existing planning in: read (pure), tried or followed, and told what became of each."""
