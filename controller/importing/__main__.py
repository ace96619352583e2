"""The process that opens a foreign file: little memory, little time, and nothing of the station in it.

`python -m controller.importing KIND` reads the file from its standard input and answers one JSON object.
"""

import json
import resource
import sys

from controller.errors import BadInput
from controller.importing.kinds import LARGEST_FILE, FileKind
from controller.importing.pdf import text_of_pdf
from controller.importing.word import text_of_word

MOST_MEMORY = 1_500_000_000
MOST_CPU_SECONDS = 40
_OPENERS = {FileKind.WORD: text_of_word, FileKind.PDF: text_of_pdf}


def main(kind: str) -> None:
    """Answer with the lines, or with why there are none."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    content = sys.stdin.buffer.read(LARGEST_FILE + 1)
    try:
        taken = _OPENERS[FileKind(kind)](content)
    except BadInput as error:
        answer: dict[str, object] = {"code": error.code, "sentence": error.sentence}
    else:
        answer = {"lines": taken.lines, "warnings": taken.warnings}
    sys.stdout.write(json.dumps(answer))


main(sys.argv[1])
