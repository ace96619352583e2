"""Listening tests: native listeners judge voices by ear, blind, and the station counts."""
