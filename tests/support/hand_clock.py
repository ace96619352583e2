"""A steady clock that only a test moves."""


class HandClock:
    """Steady seconds, as a function; `now` is what a test sets."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now
