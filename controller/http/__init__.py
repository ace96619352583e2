"""What all pages and JSON share: the app factory, sign-in, rendering, live streams, errors."""
