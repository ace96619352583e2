"""How a text is read out: shown to a person, spoken into a file."""
