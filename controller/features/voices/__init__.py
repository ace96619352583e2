"""Voices that an operator adds to this machine."""
