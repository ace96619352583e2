"""From a written text to a finished recording."""
