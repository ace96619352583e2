"""Backup of a whole station into one file, and restore."""
