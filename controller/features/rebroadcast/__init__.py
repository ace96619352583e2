"""Airings that were cut off come again in the next slot."""
