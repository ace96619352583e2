"""Speaking in turns: which areas have their loudspeakers speak one after the other."""
