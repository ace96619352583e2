"""The page Thư viện: templates, words, chimes and the voice of an area, with the test of loudspeakers."""
