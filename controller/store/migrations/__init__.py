"""Steps by which a database reaches the newest shape (Alembic)."""
