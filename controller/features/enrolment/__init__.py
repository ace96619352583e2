"""Enrols new nodes and new hardware with a code."""
