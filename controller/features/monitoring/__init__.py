"""What watches the station from outside: whether it is ready, and its figures for Prometheus."""
