"""A bulletin's own words as a form holds them: one a line, written, an equals sign, spoken; pure."""

from controller.errors import BadInput
from controller.model.wording import Words

_SIGN = "="


def as_lines(words: Words) -> str:
    """Return the words as the form shows them."""
    return "\n".join(f"{written} {_SIGN} {spoken}" for written, spoken in words)


def words_of(lines: str) -> Words:
    """Return the words that were typed; BadInput names a line that has no sign or no side of it."""
    found = []
    for line in filter(None, (line.strip() for line in lines.splitlines())):
        written, sign, spoken = (part.strip() for part in line.partition(_SIGN))
        if not (written and sign and spoken):
            raise BadInput(
                f"Cách đọc riêng ghi mỗi dòng một từ, như «TDP = tổ dân phố». Dòng «{line[:60]}» chưa đúng.",
                code="bulletin.own-words",
            )
        found.append((written, spoken))
    return tuple(found)


def words_so_far(lines: str) -> Words:
    """Return those that are whole already, for what is shown while somebody types."""
    parts = (line.partition(_SIGN) for line in lines.splitlines())
    return tuple((written.strip(), spoken.strip()) for written, _, spoken in parts if spoken.strip())
