"""Notices from the station to a person, read or unread."""
