"""The installable app: its manifest, its service worker, and the empty form that opens without a network."""
