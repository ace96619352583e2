"""Writes radio.tsv anew: the rows of the table of readings that are said otherwise on air.

Look at what `git diff` shows of it before keeping it: each line is a judgement.
"""

from pathlib import Path

from tts.normalization import read

_HERE = Path(__file__).parent


def radio_table() -> str:
    """Return the rows, in the order of the table, with what is said on air."""
    head, *rows = (_HERE / "spoken.tsv").read_text("utf-8").splitlines()
    found = [head]
    for category, written, spoken in (row.split("\t") for row in rows):
        said = read(written, register="radio").spoken
        if said != spoken:
            found.append(f"{category}\t{written}\t{said}")
    return "\n".join(found) + "\n"


if __name__ == "__main__":
    (_HERE / "radio.tsv").write_text(radio_table(), "utf-8")
