"""Pages of help, of the set-up, and of the guided commune of a trial."""
