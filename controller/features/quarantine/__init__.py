"""Nodes in use: quarantine and release, and the volume of one node."""
