"""How fast the bus is, as ratios to a baseline measured in the same run: `make bench`, `make bench ONLY=relay`."""
