"""Ends keys by retiring them or declaring them compromised."""
