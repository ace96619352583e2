"""What every command of `loa` shares: errors, usage in Vietnamese, progress."""
