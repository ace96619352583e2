"""Cuts a phrase for engines that take only so many characters at once."""

import re
from collections.abc import Iterator

_CLAUSE = re.compile(r"[^,;:.!?]+[,;:.!?]*\s*")


def pieces_of(phrase: str, longest: int) -> list[str]:
    """The phrase in pieces of at most `longest` characters, joined as long as they fit.

    Cut at the bounds of clauses; only a clause that is too long itself is cut, evenly, between words.
    """
    pieces: list[str] = []
    for clause in _clauses(phrase, longest):
        if pieces and len(pieces[-1]) + 1 + len(clause) <= longest:
            pieces[-1] = f"{pieces[-1]} {clause}"
        else:
            pieces.append(clause)
    return pieces


def _clauses(phrase: str, longest: int) -> Iterator[str]:
    for match in _CLAUSE.finditer(phrase):
        clause = match.group().strip()
        parts = -(-len(clause) // longest)
        while clause and len(clause) > longest:
            even = min(longest, len(clause) // parts + 1)
            cut = clause.rfind(" ", 0, even + 1)
            cut = cut if cut > 0 else clause.rfind(" ", 0, longest + 1)
            cut = cut if cut > 0 else longest
            yield clause[:cut].strip()
            clause, parts = clause[cut:].strip(), max(1, parts - 1)
        if clause:
            yield clause
