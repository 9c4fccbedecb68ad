"""Every test of the workspace finds the kit's fixtures."""

pytest_plugins = ["ronde.testing", "ronde.rig"]
