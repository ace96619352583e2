"""When: recurrences, occurrences, timetables, and the clock that ticks."""
