"""Size limits of uploaded files."""

LARGEST_FILE = 20_000_000
"""Bytes of a document: a scanned or illustrated decree has some millions."""
LARGEST_OUTLINES = 40_000_000
"""Bytes of map outlines: the most detailed open ones of a whole province have 15 million."""
