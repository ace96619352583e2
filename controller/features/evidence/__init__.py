"""Evidence: signed receipts held against what the database says, and the proof of one airing."""
