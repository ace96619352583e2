"""Archives of years: files that prove themselves, and the receipts that may leave the database afterwards."""
