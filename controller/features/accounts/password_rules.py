"""Which passwords are refused, with the reason in words; pure. Listed in docs/accounts.md."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from controller.errors import BadInput

SHORTEST_PASSWORD = 12
"""Characters. Keys lie sealed by passwords in the database: who copied it can try them at home."""
LONGEST_PASSWORD = 200
_LEAST_KINDS = 5
"""Different letters and digits."""
_LEAST_LEFT = 4
"""Letters and digits that must be left once all that can be guessed is taken out."""
_LEAST_RUN = 4
_LEAST_NAME = 3
"""Shorter names, such as `Lê` and `An`, stand in half of all words."""
_FEW_PARTS = 4
"""A sentence of more common words than that is as good as any other: nobody tries all such sentences."""
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qazwsxedcrfvtgb")
_LIKE = str.maketrans("013457@$!", "oieastasi")
_LIST = Path(__file__).with_name("common_passwords.txt")
_WEAK = "operator.weak-password"


def check_password(password: str, *, names: Collection[str] = (), places: Collection[str] = ()) -> None:
    """Raise BadInput for a password that is too short or easy to guess.

    `names`: the person's own and sign-in name; `places`: names of areas. Accents and capitals do not count:
    people leave them out, and so do attackers.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise BadInput(f"Mật khẩu phải có ít nhất {SHORTEST_PASSWORD} ký tự.", code=_WEAK)
    if len(password) > LONGEST_PASSWORD:
        raise BadInput(f"Mật khẩu dài quá {LONGEST_PASSWORD} ký tự.", code=_WEAK)
    known = set(_common())
    known |= {part for name in names for part in _parts_of_name(name)}
    known |= {part for place in places for part in _parts_of_place(place)}
    texts = {_plain(password), _plain(password.translate(_LIKE))}
    if any(len(set(text)) < _LEAST_KINDS or not _is_more_than(text, known) for text in texts):
        raise BadInput(
            "Mật khẩu này dễ đoán: nó chỉ gồm những từ và số mà ai dò cũng thử trước, tên địa phương hoặc "
            "tên của bạn. Hãy ghép bốn, năm tiếng không liên quan, như «thuyền giấy bay qua núi» (đừng dùng "
            "đúng câu này).",
            code=_WEAK,
        )


def _plain(text: str) -> str:
    """Return small letters and digits, without accents."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in bare if letter.isascii() and letter.isalnum()) or "".join(
        letter for letter in bare if letter.isalnum()
    )


def _parts_of_name(name: str) -> Iterator[str]:
    words = [_plain(word) for word in re.split(r"[\s._-]+", name)]
    yield from (one for one in ("".join(words), *words) if len(one) >= _LEAST_NAME)


@cache
def _common() -> frozenset[str]:
    lines = _LIST.read_text("utf-8").splitlines()
    example = _plain("thuyền giấy bay qua núi")
    return frozenset(line for line in lines if line and not line.startswith("#")) | {example}


def _parts_of_place(name: str) -> Iterator[str]:
    words = [_plain(word) for word in name.split()]
    for text in ("".join(words), "".join(words[1:])):  # `Xã Đại Lãnh` without the kind of unit (`Xã`)
        if len(text) > _LEAST_NAME:
            yield text


def _is_more_than(text: str, known: Collection[str]) -> bool:
    """Return whether enough letters remain, for every division into guessable parts and the rest."""
    longest = max(map(len, known))
    least = [(0, 0)]  # for each prefix of the text: letters left over, and guessable parts
    for end in range(1, len(text) + 1):
        left, parts = least[end - 1]
        ways = [(left + 1, parts)]
        for start in range(max(0, end - longest), end):
            part = text[start:end]
            if part in known or part.isdigit() or _is_run(part) or _repeats(part):
                ways.append((least[start][0], least[start][1] + 1))
        least.append(min(ways))
    left, parts = least[-1]
    return left >= _LEAST_LEFT or parts > _FEW_PARTS


def _is_run(part: str) -> bool:
    """Return whether letters follow the alphabet or a keyboard row, in either direction."""
    return len(part) >= _LEAST_RUN and any(part in row or part[::-1] in row for row in _ROWS)


def _repeats(part: str) -> bool:
    """Return whether a short piece is repeated at least three times: `aaa`, `ababab`."""
    return any(
        len(part) % size == 0 and len(part) >= 3 * size and part == part[:size] * (len(part) // size)
        for size in range(1, 5)
    )
