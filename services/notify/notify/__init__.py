"""Ronde's notify service: SMS and e-mail to families, at the right time, once, in their language."""
