"""Outlines that the map of the province is drawn from."""
