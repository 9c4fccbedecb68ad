"""Reads for the doors, one module a noun: never an address, never a text."""
