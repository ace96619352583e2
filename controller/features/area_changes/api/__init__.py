"""JSON of this feature, under /api/v1."""
