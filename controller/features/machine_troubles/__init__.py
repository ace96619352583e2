"""Faults of the station's own machines, told to technicians and administrators; docs/monitoring.md."""
