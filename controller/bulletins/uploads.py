"""Sound that people bring along: what is taken, and where the file is kept as it came."""

LARGEST_AUDIO = 250_000_000
"""Bytes: an hour of MP3 at its highest rate is 144 MB, twenty minutes of a studio's WAV are 230 MB."""
