"""Shared parts of all `loa` commands: errors, usage in Vietnamese, progress."""
