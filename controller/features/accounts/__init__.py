"""People with accounts, how they sign in, and the keys that they hold."""
