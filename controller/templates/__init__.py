"""Templates of bulletins (mẫu bản tin): texts that come again, with places left open to be filled in."""
