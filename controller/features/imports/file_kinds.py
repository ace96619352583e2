"""Detects the kind of a file from its bytes; the ending of its name proves nothing; pure."""

from enum import StrEnum

from controller.errors import BadInput
from controller.model.limits import LARGEST_FILE

TEXT = "text"
"""What the process apart is asked for a file of which the text is taken, or for a pasted text."""
SOUND = "sound"
"""Likewise for a sound file, which it reads by its path."""
CHIME_SOUND = "chime"
"""Likewise for one that is to be a chime."""


class FileKind(StrEnum):
    """A kind of file that a text can be taken from."""

    PLAIN = "txt"
    WORD = "docx"
    PDF = "pdf"
    OLD_WORD = "doc"
    """Also .rtf: what LibreOffice must write anew first."""
    PICTURE = "picture"
    """A photograph or a scan of one page."""


_PDF_WITHIN = 1024
"""Readers accept rubbish before the PDF mark, as long as it is near the beginning."""
PLAIN_ADVICE = "Hãy mở tệp, chọn «Lưu thành» (Save as) dạng .docx hoặc .txt rồi tải lên lại."
_MARKS: tuple[tuple[bytes, FileKind], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind.OLD_WORD),
    (b"{\\rtf", FileKind.OLD_WORD),
    (b"\xff\xd8\xff", FileKind.PICTURE),
    (b"\x89PNG", FileKind.PICTURE),
    (b"PK", FileKind.WORD),
)
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"Rar!", "Đây là tệp nén. Hãy giải nén rồi tải lên từng tệp văn bản."),
    (b"7z\xbc\xaf", "Đây là tệp nén. Hãy giải nén rồi tải lên từng tệp văn bản."),
)


def kind_of(content: bytes) -> FileKind:
    """Return the kind; raise BadInput for nothing at all, too much, and kinds that are known but not read."""
    if not content.strip():
        raise BadInput("Tệp trống, không có nội dung để lấy.", code="import.empty")
    if len(content) > LARGEST_FILE:
        most = LARGEST_FILE // 1_000_000
        raise BadInput(
            f"Tệp lớn quá {most} MB. Hãy bỏ bớt hình ảnh hoặc chia nhỏ tệp.", code="import.too-large"
        )
    for mark, sentence in _REFUSED:
        if content.startswith(mark):
            raise BadInput(sentence, code="import.kind")
    if b"%PDF-" in content[:_PDF_WITHIN]:
        return FileKind.PDF
    return next((kind for mark, kind in _MARKS if content.startswith(mark)), FileKind.PLAIN)
