"""JPEG files without what a camera writes beside the picture; pure. Format: ITU-T T.81, annex B."""

_START, _END = b"\xff\xd8", b"\xff\xd9"
_START_OF_SCAN = 0xDA
_APP0, _APP15, _COMMENT = 0xE0, 0xEF, 0xFE
_HEAD = 4  # bytes of a segment's marker and length


def without_metadata(data: bytes) -> bytes | None:
    """Return the picture without application segments (place, time, camera) and comments.

    None where the bytes are no JPEG. JFIF's own segment (APP0) stays; from the first scan on all stays.
    """
    if not data.startswith(_START) or not data.rstrip(b"\0").endswith(_END):
        return None
    kept, at = [_START], len(_START)
    while at + _HEAD <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 - each marker begins so
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big") + 2
        if marker == _START_OF_SCAN:
            return b"".join([*kept, data[at:]])
        if length < _HEAD or at + length > len(data):
            return None
        is_added = _APP0 < marker <= _APP15 or marker == _COMMENT
        if not is_added:
            kept.append(data[at : at + length])
        at += length
    return None
