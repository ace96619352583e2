"""Schedules: recurrence rules, occurrences, holidays, and the scheduler of periodic jobs."""
