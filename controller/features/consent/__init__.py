"""A commune's yes or no to what was planned above it, and which priority airing goes first."""
