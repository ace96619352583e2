"""What waits for a second administrator: shown, confirmed or put aside."""
