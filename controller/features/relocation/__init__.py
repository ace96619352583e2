"""Nodes that come to another area."""
