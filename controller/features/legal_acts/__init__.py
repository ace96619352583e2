"""The legal act that a bulletin tells of, and what happens when the act ends."""
