"""The station: decides, remembers, shows; the only package with a database."""

import gc

# While modules are loaded, nearly nothing becomes garbage. With the default of 700 new objects, an eighth of
# a program's start went to looking for some: 0.25 s of processor. host/interpreter.py sets what runs on.
gc.set_threshold(20_000)
