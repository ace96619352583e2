"""The province's units by official code."""
