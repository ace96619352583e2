"""JPEG files without what a camera writes beside the picture; pure. Format: ITU-T T.81, annex B."""

import re

_START, _END = b"\xff\xd8", b"\xff\xd9"
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_FILL = 0xFF  # begins each marker; more of them may stand before it
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""After the coded bits of a scan: in them, 0xFF comes only before 0x00, or as a restart marker.

No `+` for the fill before it: a long run of 0xFF would be tried from each of its bytes, in quadratic time.
"""
_APP0, _APP15, _COMMENT = 0xE0, 0xEF, 0xFE
_HEAD = 4  # bytes of a segment's marker and length


def without_metadata(data: bytes) -> bytes | None:
    """Return the picture without application segments (place, time, camera) and comments.

    None where the bytes are no JPEG. JFIF's own segment (APP0) stays; what follows the picture is dropped:
    phones put a second picture there, with its own place and time.
    """
    if not data.startswith(_START):
        return None
    kept, at, has_scan = [_START], len(_START), False
    while at + 2 <= len(data) and data[at] == _FILL:
        marker = data[at + 1]
        if marker == _FILL:
            at += 1
            continue
        if marker == _END_OF_IMAGE:
            return b"".join([*kept, _END]) if has_scan else None
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + _HEAD or end > len(data):
            return None
        if marker == _START_OF_SCAN:
            found = _NEXT_MARKER.search(data, end)
            if found is None:
                return None
            end, has_scan = end + len(data[end : found.start()].rstrip(b"\xff")), True
        if not (_APP0 < marker <= _APP15 or marker == _COMMENT):
            kept.append(data[at:end])
        at = end
    return None
