"""Loudspeaker nodes and the facts known about each of them."""
