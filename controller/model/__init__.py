"""Rows and states of every feature: tables and pure transition tables; imports no feature."""
