"""A running station spoken to by commands, or its database opened where none runs."""
