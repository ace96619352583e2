"""The checks of the conformance kit by subject, in the order in which a run takes them."""
