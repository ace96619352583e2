"""Vietnamese in encodings from before Unicode: the reverse of the conversion at import."""

import unicodedata

from tts.normalization.legacy import _TCVN3, _VNI

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


def tcvn3(text):
    back = {new: old for old, new in _TCVN3.items()}
    return "".join(chr(back.get(ord(one), ord(one))) for one in text).encode("latin-1")


def vni(text):
    back = {new: old for old, new in _VNI.items()}
    return "".join(back.get(one, one) for one in text).encode("latin-1")


def windows_1258(text):
    """Hats and hooks with their letter, tones after it."""
    packed = b""
    for one in text:
        parts = unicodedata.normalize("NFD", one)
        tones = "".join(part for part in parts if part in _TONES)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
        packed += (base + tones).encode("cp1258")
    return packed
