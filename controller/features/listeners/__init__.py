"""Reports from the public about a loudspeaker, and the answers; without login and names."""
