"""Pages of people: one by one, and many by a list."""
