"""When: recurrences, occurrences, and the clock that ticks."""
