"""A test that plays on one loudspeaker only."""
