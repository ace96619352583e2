"""Emergencies: prepared and delivered ahead of need, called and ended at once; decisions 018 to 020."""
