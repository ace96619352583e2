"""A file that is sent in a form: taken once it is known who sends it, kept on disk, closed at the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, BinaryIO, NamedTuple

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import FileResponse

from controller.errors import BadInput
from controller.http.sounds import upload_file
from controller.http.station import Station
from controller.model.spreadsheets import table_text
from tts.brought import HEAD, form_of
from tts.uploads import UploadId

_MOST_FIELDS = 12
_MOST_PARTS = 400
"""Fields of a page's form: a programme of forty items has some five each, a province 65 communes."""
_LONGEST_FIELD = 500_000
"""Bytes of one field beside the file: the longest text has less."""
_MOST_BYTES_A_CHARACTER = 4
_LONGEST_FIELDS = 1_000_000
"""Bytes of all fields beside the file, which lie in memory: as much as a form without a file may have."""


class _BoundedForm(MultiPartParser):
    """Bounds all fields together: 400 of 500 kB each would be 200 MB."""

    _taken = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """Take a piece of a field or of the file."""
        if self._current_part.file is None:
            self._taken += end - start
            if self._taken > _LONGEST_FIELDS:
                raise HTTPException(413)
        super().on_part_data(data, start, end)


@asynccontextmanager
async def _parsed(request: Request, most_fields: int) -> AsyncIterator[FormData]:
    """Read the form; files are closed at the end. What is no form of parts is small and read as any other."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        async with request.form(max_fields=most_fields, max_part_size=_LONGEST_FIELD) as form:
            yield form
        return
    parser = _BoundedForm(
        request.headers, request.stream(), max_files=1, max_fields=most_fields, max_part_size=_LONGEST_FIELD
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400) from error
    try:
        yield form
    finally:
        await form.close()


class Upload(NamedTuple):
    """A file and the fields sent with it; the file lies in memory only while it is small."""

    file: BinaryIO
    name: str
    fields: dict[str, str]


@asynccontextmanager
async def file_taken(request: Request) -> AsyncIterator[Upload]:
    """Read a form that must carry a file; BadInput without one."""
    async with _parsed(request, _MOST_FIELDS) as sent:
        file = sent.get("file")
        if not isinstance(file, UploadFile):
            raise BadInput("Chưa có tệp nào được gửi lên. Hãy chọn tệp rồi gửi lại.", code="upload.none")
        fields = {name: value for name, value in sent.items() if isinstance(value, str)}
        yield Upload(file.file, file.filename or "", fields)


class Sent(NamedTuple):
    """A form of several parts; `file` None: nobody chose one. Fields of one name stand in their order."""

    file: BinaryIO | None
    name: str
    fields: dict[str, list[str]]

    def first(self, field: str) -> str:
        """Return a field's value, or an empty text."""
        return next(iter(self.fields.get(field, ())), "")


def table_sent(sent: Sent, field: str, longest: int) -> str:
    """Return the table of a file, or else as pasted into a field; BadInput for a file that is too long."""
    if sent.file is None:
        return sent.first(field)
    most = _MOST_BYTES_A_CHARACTER * longest
    data = sent.file.read(most + 1)
    if len(data) > most:
        raise BadInput("Tệp quá lớn. Hãy chia ra nhiều tệp.", code="list.too-long")
    return table_text(data)


@asynccontextmanager
async def form_taken(request: Request) -> AsyncIterator[Sent]:
    """Read a form that may carry a file."""
    async with _parsed(request, _MOST_PARTS) as sent:
        file = sent.get("file")
        is_chosen = isinstance(file, UploadFile) and bool(file.size)
        fields: dict[str, list[str]] = {}
        for name, value in sent.multi_items():
            if isinstance(value, str):
                fields.setdefault(name, []).append(value)
        if isinstance(file, UploadFile) and is_chosen:
            yield Sent(file.file, file.filename or "", fields)
        else:
            yield Sent(None, "", fields)


def described(required: tuple[str, ...] = (), **fields: str) -> dict[str, Any]:
    """Return how the interface's description tells of a form: the file, and text fields with what each is."""
    properties: dict[str, Any] = {"file": {"type": "string", "format": "binary"}}
    properties |= {name: {"type": "string", "description": says} for name, says in fields.items()}
    schema = {"type": "object", "required": ["file", *required], "properties": properties}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


_TYPES = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
}


def sound_file(station: Station, upload: UploadId) -> FileResponse:
    """Answer with a sound as it was brought; raises NotFound, Busy or Unavailable."""
    path = upload_file(station.uploads, upload)
    with path.open("rb") as file:
        kind = form_of(file.read(HEAD))
    return FileResponse(path, media_type=_TYPES[kind], headers={"Cache-Control": "private, no-cache"})
