"""Patterns in which À-Ỹ are the large Vietnamese letters and à-ỹ the small: in Unicode both lie mixed."""

import re
from typing import Final

_SMALL: Final = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
_LARGE: Final = _SMALL.upper()


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern ready for use; À-Ỹ and à-ỹ stand in classes only, as A-Z and a-z do."""
    return re.compile(pattern.replace("À-Ỹ", _LARGE).replace("à-ỹ", _SMALL))
