"""Archives of years: files that prove themselves; no row leaves the database for them."""
