"""All characters that a text may hold: what Unicode knows but surrogates.

Where none are named, Hypothesis takes the same, and finds them by encoding a million: 3 s of processor time
in a new clone.
"""

from hypothesis import strategies as st

ANY_CHARACTER = st.characters(exclude_categories=["Cs"])
