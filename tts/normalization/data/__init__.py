"""Word lists of reading; CSV, so that a province can see and mend them."""
