"""`loa pair`: keys and settings of one machine go to its partner, encrypted; docs/several-machines.md."""

import io
import os
import tempfile
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from controller.errors import BadInput, Conflict, NotFound
from controller.features.accounts.secret_codes import fresh_code, typed_code
from controller.features.backups.backup import KEYS, SETTINGS, as_environment
from controller.host.archives import ArchiveWriter, unpacked
from controller.host.home_folder import HomeLock, make_home, write_private
from controller.host.station_keys import Secrets
from controller.settings import Settings
from tts.files import LEFTOVER

JOINED_SETTINGS: Final = "joined.env"
AUTHORITY: Final = "authority.crt"
_CODE_LETTERS = 24  # 120 bits: nobody guesses it, however long they have the file
_MARK, _NONCE = b"loa-pair-1\n", bytes(12)
_AUTHORITY_FILE = "SSL_CERT_FILE"
_MOST_BYTES = 4 << 20
"""Of the file: keys, settings and certificates of authorities take far less."""


def sealed(content: bytes, code: str) -> bytes:
    """Encrypt what goes to the partner; a code is random and of one file: no nonce, no stretching."""
    return _MARK + _cipher(code).encrypt(_NONCE, content, _MARK)


def hand_over(settings: Settings, file: Path) -> str:
    """Write keys and settings into a new encrypted file, and return the code that opens it.

    The root key is never in it. Raises NotFound without a station's key, Conflict where the file exists.
    """
    files = Secrets(settings.home)
    if not files.station_key.is_file():
        raise NotFound(
            f"Chưa có khóa của đài ở «{files.station_key}». Hãy chạy đài ở máy này trước.",
            code="station.none",
        )
    plain = io.BytesIO()
    archive = ArchiveWriter(plain)
    for place in (files.station_key, files.next_station_key, files.sealing_key, files.root_public):
        archive.add_file(f"{KEYS}/{place.name}", place)
    archive.add_bytes(SETTINGS, _settings_of(settings).encode())
    if authority := os.environ.get(_AUTHORITY_FILE):
        archive.add_file(AUTHORITY, Path(authority))
    archive.finish({"province": settings.province})
    code = fresh_code(_CODE_LETTERS)
    content = sealed(plain.getvalue(), code)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
    except FileExistsError:
        raise Conflict(f"«{file}» đã có. Hãy chọn tên khác; không ghi đè.", code="pair.file-exists") from None
    return code


def join(settings: Settings, file: Path, code: str) -> list[str]:
    """Put the partner's keys into this home, its settings beside them; return what to tell the person.

    Keys of the same province are replaced: so renewed keys come over, too. Raises BadInput for a wrong code
    or a damaged file, Conflict in the home of another province, StartFailed while a station runs here.
    """
    content = _opened(file, code)
    make_home(settings.home)
    lock = HomeLock(settings.home)
    lock.take()
    try:
        with tempfile.TemporaryDirectory(dir=settings.home, suffix=LEFTOVER) as folder:
            scratch = Path(folder)
            unpacked(io.BytesIO(content), lambda name: _place_in(scratch, name))
            return _put(settings, scratch)
    finally:
        lock.release()


def _cipher(code: str) -> ChaCha20Poly1305:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=_MARK)
    return ChaCha20Poly1305(kdf.derive(typed_code(code).encode()))


def _settings_of(settings: Settings) -> str:
    """Return what the partner's /etc/loa.env is to say: as here, with the authority of the broker."""
    authority = os.environ.get(_AUTHORITY_FILE)
    return as_environment(settings) + (f"{_AUTHORITY_FILE}={authority}\n" if authority else "")


def _opened(file: Path, code: str) -> bytes:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise _broken()
        content = file.read_bytes()
        if not content.startswith(_MARK):
            raise _broken()
        return _cipher(code).decrypt(_NONCE, content[len(_MARK) :], _MARK)
    except FileNotFoundError:
        raise NotFound(f"Không có tệp «{file}».", code="pair.no-file") from None
    except InvalidTag:
        raise BadInput(
            "Mã không mở được tệp này: gõ nhầm, hoặc tệp bị sửa. Chưa có gì thay đổi.", code="pair.wrong-code"
        ) from None


def _broken() -> BadInput:
    return BadInput("Tệp này không do «loa pair hand-over» tạo. Chưa có gì thay đổi.", code="pair.broken")


def _place_in(scratch: Path, name: str) -> Path:
    keys = Secrets(Path())
    known = {place.name for place in (keys.station_key, keys.next_station_key, keys.sealing_key)}
    if name not in {SETTINGS, AUTHORITY, *(f"{KEYS}/{one}" for one in {*known, keys.root_public.name})}:
        raise _broken()
    return scratch / name


def _put(settings: Settings, scratch: Path) -> list[str]:
    here, there = Secrets(settings.home), Secrets(scratch)
    if not (there.station_key.is_file() and there.root_public.is_file()):
        raise _broken()
    root = there.root_public.read_text("utf-8")
    if here.root_public.exists() and here.root_public.read_text("utf-8") != root:
        raise Conflict(
            f"«{here.root_public}» là của tỉnh khác. Chưa có gì thay đổi.", code="pair.another-province"
        )
    for target, source in (
        (here.sealing_key, there.sealing_key),
        (here.next_station_key, there.next_station_key),
        (here.root_public, there.root_public),
        (here.station_key, there.station_key),
    ):
        if source.is_file():
            write_private(target, source.read_text("utf-8"))
        else:
            target.unlink(missing_ok=True)
    for name, beside in ((SETTINGS, JOINED_SETTINGS), (AUTHORITY, AUTHORITY)):
        if (scratch / name).is_file():
            write_private(settings.home / beside, (scratch / name).read_text("utf-8"))
    return [
        f"Đã nhận khóa của đài vào «{settings.keys_dir}».",
        f"Thiết lập của máy kia nằm trong «{settings.home / JOINED_SETTINGS}»: đưa vào /etc/loa.env rồi xóa.",
        "Hãy xóa tệp đã nhận. Khóa gốc không đi cùng.",
    ]
