"""Texts on their way to the air: wording, revisions, rendering, approval."""
