"""What was last published to the nodes, and what should be."""
