"""Loudspeaker nodes and what is known of them."""
