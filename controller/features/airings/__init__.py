"""Airings and their deliveries: what shall be heard, and what was."""
