"""Airings by JSON, and what one node did with them."""
