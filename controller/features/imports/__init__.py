"""Texts out of the files that offices send: plain text in any encoding, Word, PDF (docs/officer.md)."""
