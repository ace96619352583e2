"""Advance notices of what ends by date."""
