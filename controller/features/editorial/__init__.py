"""Where a bulletin is written, changed and handed in with its airing; and the page of one bulletin."""
