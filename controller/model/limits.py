"""Sizes of files that people bring."""

LARGEST_FILE = 20_000_000
"""Bytes of a text file: a scanned or illustrated decree has some millions, its text far less."""
LARGEST_OUTLINES = 40_000_000
"""Bytes of the outlines of the map: the finest open ones of a whole province have 15 million."""
