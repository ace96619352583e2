"""Airings and their deliveries: what is planned, and what was heard."""
