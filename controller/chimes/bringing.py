"""A sound that is brought to be a chime: looked at, and kept."""

from dataclasses import dataclass
from typing import BinaryIO

from controller.bulletins.uploading import keep_upload
from controller.errors import BadInput
from tts.found import found_in
from tts.uploads import UploadId, UploadStore


@dataclass(frozen=True, slots=True)
class Brought:
    """A sound that is fit to be a chime, kept under the SHA-256 of its file."""

    upload: UploadId
    seconds: float


def bring_chime(uploads: UploadStore, source: BinaryIO | None) -> Brought:
    """Keep the sound, or raise BadInput: none came, it is no sound, or not fit to be a chime."""
    if source is None:
        raise BadInput("Hãy chọn tệp nhạc hiệu (MP3, WAV, OGG, Opus hoặc M4A).", code="upload.none")
    upload = keep_upload(uploads, source, as_chime=True)
    found = found_in(uploads, upload)
    if found is None:
        raise BadInput("Tệp nhạc hiệu vừa bị xóa. Hãy gửi lại.", code="upload.gone")
    return Brought(upload, found.seconds)
