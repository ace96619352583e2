"""The process that opens a foreign file: limited memory and time, no data of the station.

`python -m controller.features.imports text` reads the file from its standard input, `sound PATH` and
`chime PATH` from the disk; it answers one JSON object.
"""

import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from controller.errors import BadInput
from controller.features.imports.file_kinds import CHIME_SOUND, SOUND, FileKind
from controller.model.limits import LARGEST_FILE
from tts.errors import SpeechError

if TYPE_CHECKING:  # the process loads what opens the one kind of file that it is given
    from controller.features.imports.word import Taken

MOST_MEMORY = 3_000_000_000
"""Bytes of address space: LibreOffice reserves 2.5 GB, though it fills some 200 MB."""
MOST_CPU_SECONDS = 40


def _opened(content: bytes, kind: FileKind) -> "Taken":
    if kind is FileKind.PDF:
        from controller.features.imports.pdf import text_of_pdf as text_of
    elif kind is FileKind.PICTURE:
        from controller.features.imports.programs import text_of_picture as text_of
    elif kind is FileKind.OLD_WORD:
        from controller.features.imports.programs import text_of_old_word as text_of
    else:
        from controller.features.imports.word import text_of_word as text_of
    return text_of(content)


def _draft(content: bytes) -> dict[str, object]:
    from controller.features.imports.drafting import as_json, imported

    return as_json(imported(content, _opened))


def _looked_at(path: Path, *, as_chime: bool) -> dict[str, object]:
    from tts.brought import CHIME, WHOLE
    from tts.found import examined

    with TemporaryDirectory(prefix="loa-am-thanh-") as scratch:
        return asdict(examined(path, Path(scratch), CHIME if as_chime else WHOLE))


def main(kind: str, *more: str) -> None:
    """Print the content of the file, or why it is refused, as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    try:
        if kind in {SOUND, CHIME_SOUND}:
            answer = _looked_at(Path(more[0]), as_chime=kind == CHIME_SOUND)
        else:
            answer = _draft(sys.stdin.buffer.read(LARGEST_FILE + 1))
    except (BadInput, SpeechError) as error:
        answer = {"code": error.code, "sentence": error.sentence}
    sys.stdout.write(json.dumps(answer))


main(*sys.argv[1:])
