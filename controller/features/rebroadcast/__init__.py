"""Plans interrupted airings again in the next free slot."""
