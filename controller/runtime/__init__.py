"""The running parts of the station: receiving, sending, rendering, periodic tasks."""
