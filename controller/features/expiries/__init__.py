"""Advance notices of what ends by date, and notices of what nobody saw to."""
