"""Placeholders in a text, written `[ngày]`: none may be left when a bulletin is submitted; pure.

Square brackets are read as a pause and what is in them as words, so a village would hear "ngày ngày". The
rule and its exception are in docs/decisions/054-no-bulletin-with-an-open-place.md.
"""

import re

from controller.errors import Conflict

LONGEST_PLACE = 80
"""What stands in longer brackets is a sentence of the text, not the name of something to fill in."""
_PLACE = re.compile(rf"\[[^\[\]\n]{{1,{LONGEST_PLACE}}}\]")


def places_of(*texts: str) -> tuple[str, ...]:
    """Return the placeholders in order, each once, with their brackets.

    A number alone is not a placeholder: `[1]` marks a footnote.
    """
    found = (place for text in texts for place in _PLACE.findall(text))
    return tuple(dict.fromkeys(place for place in found if not place[1:-1].strip().isdecimal()))


def check_filled(*texts: str) -> None:
    """Raise Conflict, naming the placeholders, if a text to be heard still has any."""
    places = places_of(*texts)
    if places:
        raise Conflict(
            f"Còn chỗ chưa điền: {', '.join(places)}. Hãy điền rồi gửi lại. "
            "Nếu dấu ngoặc vuông là của chính văn bản, hãy đổi thành ngoặc tròn ( ).",
            code="bulletin.unfilled",
            facts={"places": list(places)},
        )
