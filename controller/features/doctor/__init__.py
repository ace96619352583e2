"""What must not exist, looked for in the whole database."""
