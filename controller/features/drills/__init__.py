"""Drills: a test bulletin on many loudspeakers, judged one by one, with a scoreboard by commune."""
