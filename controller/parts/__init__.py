"""The programs that the parts of a province run as, on one machine or several; docs/operator.md, "A pair"."""
