"""Search across everything that a person may see."""
