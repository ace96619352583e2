"""Outlines for drawing the map of the province."""
