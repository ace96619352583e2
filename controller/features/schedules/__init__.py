"""Recurrence rules and their dated occurrences."""
