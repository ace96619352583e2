"""The running parts of the station: what listens, sends, renders and ticks."""
