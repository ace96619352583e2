"""Templates of bulletins (mẫu bản tin): texts with places left open to be filled in."""
