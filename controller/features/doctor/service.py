"""Reads for `loa doctor` and `loa journal`."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import disk_usage

from controller.client.local_client import local_store, reading
from controller.clocks import utc_now
from controller.errors import BadInput, LoaError
from controller.features.airings.unused_recordings import recordings_in_use
from controller.features.archives.operations import is_there
from controller.features.archives.queries import archives, year_to_archive
from controller.features.archives.removal_queries import waiting_removals
from controller.features.bulletins.claims import waiting_for_a_machine
from controller.features.doctor.invariants import invariants
from controller.features.doctor.last_look import DoctorLook, note_look
from controller.features.journal.chain import JournalBroken
from controller.features.journal.export import read_checkpoints, sealed, verify_export
from controller.features.journal.queries import export
from controller.features.journal.security_log import line_of, security_events
from controller.features.machine_troubles.service import leaves_away
from controller.features.plans.key_set import KEYS_TO_SIGN, keys_to_sign_for
from controller.features.reports.queries import export_as_aired
from controller.features.speech.workers import speech_workers
from controller.host.sound_stores import recordings_of
from controller.model.journal import Entry
from controller.model.local_time import wall
from controller.settings import Settings
from devices.ids import RecordingId
from tts.errors import StoreAway
from tts.recordings import RecordingId as Stored

_MOST_NAMED = 20
"""Lost recordings that are named."""
_MEASURED_FOR = 30
"""Days before the pace of growth says anything."""
_DISK_AHEAD = 180
"""Days ahead: a province buys a disk in months."""


def wrong_facts() -> list[str]:
    """Return a sentence for each state that must not exist, and note how many."""
    settings, now = Settings(), utc_now()
    with reading() as session:
        found = list(invariants(session, now=now))
        needed = recordings_in_use(session, now)
    found += _missing(settings, needed)
    note_look(settings.home, DoctorLook(utc_now(), len(found)))
    return found


def _missing(settings: Settings, needed: Collection[RecordingId]) -> list[str]:
    """Return a sentence for each recording that is needed from now on and that its store lacks."""
    try:
        kept = recordings_of(settings).sizes()
    except StoreAway:
        return [f"Kho bản ghi «{settings.recordings_place}» không trả lời."]
    lost = sorted(one for one in needed if Stored(one) not in kept)
    told = [f"Bản ghi {one} còn cần để phát nhưng không có trong kho." for one in lost[:_MOST_NAMED]]
    return [*told, *([f"… và {len(lost) - _MOST_NAMED} bản ghi nữa."] if len(lost) > _MOST_NAMED else [])]


def to_do() -> list[str]:
    """Return what somebody must see to: signatures that lack, machines and bulletins that wait, archives."""
    settings, now = Settings(), utc_now()
    with reading() as session:
        count = keys_to_sign_for(session, now)
        lost = [worker.place for worker, is_seen in speech_workers(session, now) if not is_seen]
        left = waiting_for_a_machine(session)
        cut_off = leaves_away(session)
        year = year_to_archive(session, now)
        missing = [one for one in archives(session) if not is_there(one, settings.archives_dir)]
        stuck = waiting_removals(session)
        first = session.get(Entry, 1)
    return [
        *([KEYS_TO_SIGN.format(count=count)] if count else []),
        *(f"{place}: mất liên lạc. Việc của nó đã giao máy khác." for place in lost),
        *(f"Trạm nhánh «{name}» mất nối với trạm gốc từ {wall(at)}." for name, at in cut_off),
        *(f"Bản tin «{title}» chờ đọc: {why}" for title, why in left),
        *(f"Không thấy tệp lưu trữ năm {one.year}: {one.file}." for one in missing),
        *(f"Chưa xóa tiếp được biên nhận năm {one}: {why}" for one, why in stuck),
        *([f"Lưu trữ năm {year}: «loa archive make {year}»."] if year is not None else []),
        *(_when_the_disk_is_full(settings, first.at, now) if first is not None else []),
    ]


def _when_the_disk_is_full(settings: Settings, since: datetime, now: datetime) -> list[str]:
    """Say when the database will have filled its disk at the pace so far; of SQLite, whose disk is here."""
    place, days = settings.home / "loa.sqlite", (now - since).days
    if settings.database_url or days < _MEASURED_FOR:
        return []
    left = int(disk_usage(place).free / max(1, place.stat().st_size / days))
    return [f"Cơ sở dữ liệu sẽ đầy ổ đĩa sau khoảng {left} ngày."] if left < _DISK_AHEAD else []


def journal_lines() -> Iterator[str]:
    """Yield the journal and the as-aired log as JSON lines, and the seal over both, of one instant."""
    with local_store() as store, store.read() as session:
        if store.signer is None:  # never: a local store has the station's key
            raise RuntimeError("no key to seal with")
        yield from sealed(export(session), export_as_aired(session), store.signer, utc_now())


def security_lines(most: int) -> Iterator[str]:
    """Yield refused requests as JSON lines, newest first."""
    with reading() as session:
        for event in security_events(session, limit=most):
            yield line_of(event)


def verify_file(file: Path, public: str, checkpoints: Path | None) -> str:
    """Return the facts about a valid journal; raises LoaError that names the first broken line.

    `checkpoints`: a file that the station wrote elsewhere; each of its lines must fit the journal.
    """
    witnessed: Mapping[int, str] = {}
    if checkpoints is not None:
        with _lines_of(checkpoints) as lines:
            witnessed = read_checkpoints(lines, public)
    with _lines_of(file) as lines:
        checked = verify_export(lines, public, witnessed)
    at = wall(datetime.fromisoformat(checked.sealed_at))
    return (
        f"Nhật ký và sổ phát thanh nguyên vẹn: {checked.entries} mục nhật ký, {checked.aired} mục sổ phát "
        f"thanh, niêm phong lúc {at}. Mục nhật ký cuối: {checked.last_hash}."
        + (f" Khớp với {len(witnessed)} điểm kiểm soát." if witnessed else "")
    )


@contextmanager
def _lines_of(file: Path) -> Iterator[Iterator[str]]:
    try:
        with file.open(encoding="utf-8") as lines:
            yield (line.rstrip("\n") for line in lines)
    except JournalBroken as error:
        raise LoaError(f"Tệp {file.name}, dòng {error.line}: {error.sentence}", code=error.code) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"Không đọc được tệp «{file}»: {error}.", code="journal.unreadable") from error
