"""What all pages and the JSON interface share: the app factory, sign-in, rendering, live streams, errors."""
