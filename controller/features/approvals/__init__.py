"""The queue of whoever approves."""
