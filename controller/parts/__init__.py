"""The programs that the parts of a province run as, on one machine or several; docs/several-machines.md."""
