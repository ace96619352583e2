"""The stores of recordings and of uploaded sounds, as the settings say: a folder, or a bucket of any S3."""

import os
import re
from pathlib import Path
from typing import Final

from controller.errors import StartFailed
from controller.settings import Settings
from tts.bucket_store import BucketStore
from tts.buckets import S3Access, bucket_at, is_address
from tts.file_stores import FileStore, FolderStore
from tts.recordings import RecordingStore
from tts.uploads import UploadStore

_KEY, _SECRET, _TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
_LINE: Final = re.compile(r'(?:export )?([A-Z_]+)=["\']?([^"\'\s]+)["\']?')
_OTHERS_MAY: Final = 0o077
"""Bits of a file's mode that let anybody but its owner read or write it."""
_LARGEST_FILE: Final = 100_000
"""Bytes of a file of keys or of a certificate."""


def recordings_of(settings: Settings) -> RecordingStore:
    """Return the store of finished recordings; nothing is asked of it yet. Raises StartFailed."""
    return RecordingStore(file_store_at(settings.recordings_place, settings, "recordings-near"))


def uploads_of(settings: Settings) -> UploadStore:
    """Return the store of uploaded sounds; nothing is asked of it yet. Raises StartFailed."""
    return UploadStore(file_store_at(settings.uploads_place, settings, "uploads-near"))


def folder_at(place: str) -> Path | None:
    """Return the folder that a place is, or None where it is a bucket."""
    return None if is_address(place) else Path(place)


def file_store_at(place: str, settings: Settings, local: str) -> FileStore:
    """Return the file store at a folder or an s3:// address; `local`: folder of the home, for copies.

    Raises StartFailed.
    """
    folder = folder_at(place)
    if folder is not None:
        return FolderStore(folder)
    try:
        bucket = bucket_at(place, _access(settings))
    except ValueError as error:
        raise StartFailed(
            f"Địa chỉ kho S3 không đúng: «{place}». Viết như s3://kho/thu-muc, và LOA_S3_ENDPOINT như "
            "https://may-chu:9000.",
            code="s3.address",
        ) from error
    return BucketStore(bucket, settings.home / local, settings.s3_near_megabytes << 20)


def _access(settings: Settings) -> S3Access:
    known = os.environ if settings.s3_credentials is None else _read_keys(settings.s3_credentials)
    key, secret = known.get(_KEY, ""), known.get(_SECRET, "")
    if not (key and secret):
        raise StartFailed(
            f"Thiếu khóa của kho S3: đặt {_KEY} và {_SECRET} trong tệp mà LOA_S3_CREDENTIALS chỉ, hoặc trong "
            "biến môi trường.",
            code="s3.credentials",
        )
    authority = None if settings.s3_authority is None else _read(settings.s3_authority)
    return S3Access(settings.s3_endpoint, settings.s3_region, key, secret, known.get(_TOKEN, ""), authority)


def _read_keys(file: Path) -> dict[str, str]:
    content = _read(file).decode("utf-8", "replace")
    mode = file.stat().st_mode & 0o777
    if mode & _OTHERS_MAY:
        raise StartFailed(
            f"Người khác đọc được tệp khóa S3 «{file}» (quyền {mode:o}). Hãy chạy: chmod 600 «{file}».",
            code="s3.credentials-open",
        )
    lines = (_LINE.fullmatch(line.strip()) for line in content.splitlines())
    return {found[1]: found[2] for found in lines if found}


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST_FILE)
    except OSError as error:
        raise StartFailed(f"Không đọc được «{file}»: {error.strerror}.", code="s3.file") from error
