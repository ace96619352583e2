"""Reads of the province's units."""
