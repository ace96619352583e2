"""Marks of tone that stand on the wrong vowel ("Điêù", "cuả", "gíao"), put where spelling has them."""

import re
import unicodedata
from functools import partial
from typing import Final

from tts.normalization.edits import Substitute, substitute

_PLAIN: Final = "ìíỉĩịùúủũụỳýỷỹỵÌÍỈĨỊÙÚỦŨỤỲÝỶỸỴ"
_A: Final = "àáảãạÀÁẢÃẠ"
_HORN: Final = "ừứửữựỪỨỬỮỰ"
_MARKED: Final = "ấầẩẫậếềểễệốồổỗộớờởỡợẤẦẨẪẬẾỀỂỄỆỐỒỔỖỘỚỜỞỠỢ"
_MISPLACED: Final = (  # (what bears the mark and what should, which of the two letters should)
    (re.compile(rf"[âăêôơưÂĂÊÔƠƯ][{_PLAIN}òóỏõọÒÓỎÕỌ]"), 0),  # Điêù
    (re.compile(rf"[aeoAEO][{_PLAIN}òóỏõọÒÓỎÕỌ](?![^\W\d_])"), 0),  # aý, giaù
    (re.compile(r"[aeiouyăâêôơưAEIOUYĂÂÊÔƠƯ][ñÑ](?=[gGhH]?(?:\W|$))"), 0),  # hañg
    (re.compile(rf"[{_PLAIN}{_HORN}][yY]?[âêôơÂÊÔƠ]"), -1),  # tìên, ngũyên, đừơng
    (re.compile(rf"[uưiUƯI](?<![qQ][uU])(?<![gG][iI])[{_A}](?![^\W\d_])"), 0),  # cuả, chià
    (re.compile(r"[gG][ìíỉĩịÌÍỈĨỊ][aeouưAEOUƯ]"), -1),  # gíao
    (re.compile(r"[qQ][ùúủũụÙÚỦŨỤ][aăeiyAĂEIY]"), -1),  # qúa
    (re.compile(rf"[{_PLAIN}{_HORN}][{_MARKED}]"), -1),  # Đíều: marked twice
)
_SPANISH: Final = re.compile("[ñÑ]")  # what is left of them bears no tone
_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")


def put_tones(text: str, sub: Substitute = substitute) -> str:
    """The text (NFC) with such marks moved; nothing else is changed. `sub` puts in each change."""
    for pattern, heir in _MISPLACED:
        text = sub(pattern, partial(_moved, heir), text)
    return sub(_SPANISH, _without_tilde, text) if "ñ" in text or "Ñ" in text else text


def _moved(heir: int, found: re.Match[str]) -> str:
    """The letters with the (last) mark of tone among them on the heir, and no other."""
    parts = [unicodedata.normalize("NFD", letter) for letter in found.group()]
    tone = [part for letter in parts for part in letter if part in _TONES][-1]
    bare = ["".join(part for part in letter if part not in _TONES) for letter in parts]
    bare[heir] += tone
    return unicodedata.normalize("NFC", "".join(bare))


def _without_tilde(found: re.Match[str]) -> str:
    return "n" if found.group() == "ñ" else "N"
