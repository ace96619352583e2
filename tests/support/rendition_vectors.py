"""Cases for docs/protocol/vectors/renditions.json: which coding of an approved recording a node plays."""

import json
from typing import Any

from devices.ids import RecordingId
from devices.messages import Capabilities
from devices.renditions import chosen
from devices.statements import Rendition

RECORDING = RecordingId("0" * 64)
_OPUS_24, _OPUS_16, _OPUS_SAME, _LATER = (
    Rendition(recording=RecordingId(digit * 64), codec=codec, size=size)
    for digit, codec, size in (
        ("3", "opus", 180_000),
        ("2", "opus", 120_000),
        ("1", "opus", 120_000),
        ("4", "lc3", 90_000),
    )
)
_ALL = (_OPUS_24, _OPUS_16, _OPUS_SAME, _LATER)


def renditions() -> dict[str, Any]:
    """Return nodes and renditions, and what each node plays."""
    cases = []
    for name, listed, codecs, largest, metered in (
        ("MP3 and Opus, not metered", _ALL, ("mp3", "opus"), None, False),
        ("MP3 and Opus, metered", _ALL, ("mp3", "opus"), None, True),
        ("MP3 alone, metered", _ALL, ("mp3",), None, True),
        ("no MP3, not metered", _ALL, ("opus",), None, False),
        ("a codec of a later release", _ALL, ("mp3", "lc3"), None, True),
        ("only up to a size", _ALL, ("mp3", "opus"), 100_000, True),
        ("no renditions", (), ("opus",), None, True),
        ("one that is too large", (_OPUS_24,), ("opus",), 179_999, False),
        ("one that just fits", (_OPUS_24,), ("opus",), 180_000, False),
    ):
        can = Capabilities(codecs=codecs, largest_recording=largest)
        cases.append(
            {
                "name": name,
                "recording": RECORDING,
                "renditions": [json.loads(one.payload()) for one in listed],
                "codecs": list(codecs),
                "largest_recording": largest,
                "metered": metered,
                "answer": chosen(RECORDING, listed, can, is_metered=metered),
            }
        )
    return {"cases": cases}
