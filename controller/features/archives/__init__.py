"""Archives of years: files that prove themselves, and the rows that may leave the database afterwards."""
