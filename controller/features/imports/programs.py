"""Programs beside Loa that open what Python cannot: scans by tesseract, old Word files by LibreOffice.

Each is used only where it is installed (docs/operator.md). They run below the process apart, with its limits,
in a folder of their own that is removed afterwards, and end with that process.
"""

import csv
import functools
import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageOps

from controller.errors import BadInput
from controller.features.imports.file_kinds import PLAIN_ADVICE
from controller.features.imports.word import Taken, text_of_word
from controller.host.child_process import answer_of

PAGE_SECONDS = 40.0
"""For one scanned page: tesseract takes 3 to 6 s of one core for a page of print."""
_CONVERT_SECONDS = 40.0
_MOST_PIXELS = 50_000_000
"""Of a picture; twice as many are refused: a sheet of A4 at 600 dots an inch has 35 million."""
_LANGUAGE = "vie"
_DOTS_PER_INCH = 300
"""What tesseract's own manual asks for."""
_SURE = 90.0
"""Confidence, 0 to 100, below which a word is shown as doubtful: of 470 words of ten bad copies 16 were
wrong, 9 of them below this, and so was every twentieth of the right ones."""
_FILTERS = {".doc": "MS Word 97", ".rtf": "Rich Text Format"}
"""LibreOffice's names; without one it takes any bytes for a text."""
_STARTS = 2
"""LibreOffice ends its first start in a new profile with "start me again" (81)."""
_NO_PICTURES = "Tệp này là ảnh, máy chủ chưa cài bộ nhận chữ. Hãy gõ lại nội dung hoặc tải lên tệp Word."
_NO_OLD_WORD = "Đây là tệp Word đời cũ (.doc) hoặc .rtf, máy chủ chưa cài bộ mở. " + PLAIN_ADVICE
_LOCKED_OR_BROKEN = "Không mở được tệp Word đời cũ này: tệp hỏng hoặc có mật khẩu. " + PLAIN_ADVICE
_BROKEN_PICTURE = "Tệp ảnh bị hỏng hoặc quá lớn. Hãy chụp hoặc quét lại."
_UNREADABLE = "Không nhận ra chữ nào trong ảnh. Hãy quét lại cho rõ và thẳng, hoặc gõ lại nội dung."


@functools.cache
def reads_pictures() -> bool:
    """Whether tesseract with Vietnamese is installed."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    asked = subprocess.run(  # noqa: S603 - the program of this machine
        [program, "--list-langs"], capture_output=True, text=True, check=False, timeout=PAGE_SECONDS
    )
    return _LANGUAGE in asked.stdout.split()


def reads_scans() -> bool:
    """Whether pages of a PDF can be drawn and read."""
    return reads_pictures() and shutil.which("pdftoppm") is not None


def text_of_picture(content: bytes) -> Taken:
    """Return the lines of a picture (JPEG, PNG); raises BadInput."""
    if not reads_pictures():
        raise BadInput(_NO_PICTURES, code="import.kind")
    with _folder() as folder:
        _upright(content).save(folder / "anh.png")
        found = _recognised(folder / "anh.png")
    if not any(line.strip() for line in found.lines):
        raise BadInput(_UNREADABLE, code="import.scanned")
    return found


def _upright(content: bytes) -> Image.Image:
    """Return the picture in grey, turned as the camera was held; raises BadInput for what is none."""
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            return ImageOps.exif_transpose(picture).convert("L")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadInput(_BROKEN_PICTURE, code="import.broken") from error


def text_of_page(pdf: Path, number: int) -> Taken:
    """Return the lines of one page, counted from 0, of a PDF whose pages are pictures."""
    with _folder() as folder:
        one = ["-f", str(number + 1), "-l", str(number + 1), "-singlefile"]
        how = ["-r", str(_DOTS_PER_INCH), "-gray", "-png"]
        answer_of(["pdftoppm", *how, *one, str(pdf), str(folder / "trang")], b"", seconds=PAGE_SECONDS)
        picture = folder / "trang.png"
        return _recognised(picture) if picture.is_file() else Taken([], [])


def _recognised(picture: Path) -> Taken:
    asked = ["tesseract", str(picture), "stdout", "-l", _LANGUAGE, "tsv"]
    said = answer_of(["env", "OMP_THREAD_LIMIT=1", *asked], b"", seconds=PAGE_SECONDS)
    lines: dict[tuple[str, ...], list[str]] = {}
    doubtful: list[str] = []
    rows = csv.DictReader(io.StringIO(said.decode()), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        word = (row["text"] or "").strip()
        if not word:
            continue
        lines.setdefault((row["block_num"], row["par_num"], row["line_num"]), []).append(word)
        if float(row["conf"]) < _SURE:
            doubtful.append(word)
    return Taken(_with_gaps(lines), [], tuple(doubtful))


def _with_gaps(lines: dict[tuple[str, ...], list[str]]) -> list[str]:
    """Return the lines in order, with an empty one between paragraphs, but none inside a sentence."""
    laid: list[str] = []
    before: tuple[str, ...] = ()
    for place, found in lines.items():
        if before and place[:2] != before and not found[0][0].islower():
            laid.append("")
        laid.append(" ".join(found))
        before = place[:2]
    return laid


def text_of_old_word(content: bytes) -> Taken:
    """Return the text of a .doc or .rtf file, which LibreOffice writes as .docx; raises BadInput."""
    office = shutil.which("soffice")
    if office is None:
        raise BadInput(_NO_OLD_WORD, code="import.kind")
    suffix = ".rtf" if content.startswith(b"{\\rtf") else ".doc"
    program = str(Path(office).resolve().with_name("soffice.bin"))  # not its launcher, which leaves it behind
    with _folder() as folder:
        file = folder / f"tep{suffix}"
        file.write_bytes(content)
        asked = [
            *("env", f"HOME={folder}", program, "--headless", "--norestore"),
            *(f"-env:UserInstallation=file://{folder}/profile", f"--infilter={_FILTERS[suffix]}"),
            *("--convert-to", "docx", "--outdir", str(folder / "ra"), str(file)),
        ]
        made = folder / "ra" / "tep.docx"
        for _ in range(_STARTS):
            answer_of(asked, b"", seconds=_CONVERT_SECONDS)
            if made.is_file():
                return text_of_word(made.read_bytes())
    raise BadInput(_LOCKED_OR_BROKEN, code="import.broken")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="loa-mo-tep-") as folder:
        yield Path(folder)
