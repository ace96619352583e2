"""Moves nodes to another area."""
