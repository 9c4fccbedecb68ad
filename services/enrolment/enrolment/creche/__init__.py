"""The crèche's places: how full it is by the quarter-hour, and whether a weekly grid fits. Pure: no I/O."""
