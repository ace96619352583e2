"""Repeating rules, and the dated occurrences that they make."""
