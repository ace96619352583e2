"""Bulletins that are taken off the air."""
