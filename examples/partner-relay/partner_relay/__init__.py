"""The relay's own system: it tells the house its programme. It knows the bus, and nothing of Ronde's code."""
