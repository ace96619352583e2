"""A test that one loudspeaker alone sounds."""
