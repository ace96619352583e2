"""Hectares, the one unit that is written as a syllable is: "mỗi ha", "5/HA"."""

import re
from dataclasses import replace
from typing import Final

from tts.normalization.lexicon import SCALES, UNITS
from tts.normalization.scene import Hit, Scene

_COUNTS: Final = re.compile(
    rf"\b(?:mỗi|từng|vài|mấy|chục|vạn|nhiêu|trên|bằng|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|{'|'.join(SCALES)})$"
)


def counted_hectares(scene: Scene, hit: Hit) -> Hit:
    """The unit that is a syllable, hectares, where what was said before counts it: "mỗi ha", "5/HA"."""
    if not hit.spoken.endswith("ha") or hit.rule == "province":
        return hit
    *before, last = hit.spoken.split()
    if last == "ha" and _COUNTS.search(" ".join([*scene.words[-1:], *before]).rstrip(",")):
        said = " ".join([*before, UNITS["ha"]])
        return replace(hit, spoken=said, rule=hit.rule if before else "unit")
    return hit
