"""How bulletins are spoken: the voices that are offered here, and what an area has of its own."""
