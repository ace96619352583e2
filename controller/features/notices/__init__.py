"""What the station tells a person by itself: read or not."""
