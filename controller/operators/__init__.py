"""People with accounts, what they may do, and the keys that they hold."""
