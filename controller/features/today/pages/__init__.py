"""Pages: Hôm nay, and what the station told a person by itself."""
