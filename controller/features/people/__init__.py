"""The people of the station: their accounts, and whether what they sign is trusted."""
