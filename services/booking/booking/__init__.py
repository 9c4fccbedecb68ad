"""Ronde's booking service: the shared rooms: who uses them when."""
