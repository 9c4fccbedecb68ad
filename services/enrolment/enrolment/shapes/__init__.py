"""What goes in and out of the JSON doors, one module a noun."""
