"""New nodes and new hardware, by a code."""
