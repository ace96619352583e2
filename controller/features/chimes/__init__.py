"""Chimes (nhạc hiệu) of a province's or an area's own, in place of the built-in ones."""
