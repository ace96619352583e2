"""The documents last published to the nodes, and the wanted ones."""
