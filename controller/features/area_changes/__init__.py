"""Areas that change: loaded, renamed, merged, split, closed; and the languages they are spoken to in."""
