"""What the station knows of one node: its state, its hardware, its airings and its history."""
