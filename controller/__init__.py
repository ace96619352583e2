"""The station: decides, remembers, shows; the only package with a database."""
