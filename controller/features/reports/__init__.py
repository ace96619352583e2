"""The as-aired log of what nodes played, and reports with counts from it."""
