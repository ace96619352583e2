"""The province's own words: how names, places and abbreviations are read out."""
