"""The first start of a station: areas, people, keys, policy."""
