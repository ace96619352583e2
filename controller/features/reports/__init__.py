"""What was really heard: the as-aired log, and reports that count it."""
