"""Text as it is typed without accents, and as search compares it; pure."""

import re
import unicodedata

_WORDS = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """Return the text as it is typed without accents: “dong hai” for “Đông Hải”."""
    folded = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def one_line(text: str) -> str:
    """Return a name in one spelling (NFC), on one line, without characters that nobody sees.

    Those can hide letters or turn the order of what stands beside the name.
    """
    letters = unicodedata.normalize("NFC", text)
    return " ".join("".join(one for one in letters if one.isprintable() or one.isspace()).split())


def search_words(text: str) -> list[str]:
    """Return the words that search compares: letters and digits, small, without accents.

    No word contains a character that LIKE reads as a wildcard.
    """
    return _WORDS.findall(plain(text))


def search_text(*parts: str) -> str:
    """Return the words of some texts, each after one space: a word begins with “ra” where “ ra” stands."""
    return "".join(f" {word}" for part in parts for word in search_words(part))
