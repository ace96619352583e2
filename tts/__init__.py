"""Speech: from a written text to a finished recording."""
