"""The page Hôm nay: what sounds, what comes, what waits for me."""
