"""By JSON: the day, and what the station told a person by itself."""
