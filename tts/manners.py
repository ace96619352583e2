"""Names of the manners of reading: what settings and forms name without loading the rules."""

from typing import Literal

Region = Literal["north", "central", "south"]
Register = Literal["literal", "radio"]
"""All that is written, or what an announcer says of it."""
