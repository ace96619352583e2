"""Everything of a station in one file, and back."""
