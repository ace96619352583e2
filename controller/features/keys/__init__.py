"""Ending keys: retired or compromised."""
