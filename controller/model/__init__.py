"""Database tables and state transition tables of every feature; imports no feature."""
