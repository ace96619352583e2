"""What the station needs of its machine: child programs, logs, downloads, archives, its own broker."""
