"""Bulletins of our own, to try the voice and the whole way with: title, blank line, body."""
