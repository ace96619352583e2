"""Sample bulletins to try the voice and the whole system with: title, blank line, body."""
