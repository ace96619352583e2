"""Searches the whole database for states that must not exist."""
